<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE" sourcelanguage="en">
<context>
    <name>announcing</name>
    <message>
        <source>Calls are metered again.</source>
        <translation>Aufrufe werden wieder erfasst.</translation>
    </message>
    <message>
        <source>Lift for 1 hour</source>
        <translation>Für 1&#xa0;Stunde aufheben</translation>
    </message>
    <message>
        <source>Metering is paused.</source>
        <translation>Die Erfassung ist pausiert.</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Zeigen</translation>
    </message>
    <message>
        <source>Snooze 1 hour</source>
        <translation>1&#xa0;Stunde Ruhe</translation>
    </message>
    <message>
        <source>Snooze today</source>
        <translation>Heute nicht mehr</translation>
    </message>
    <message>
        <source>Spendlight is back</source>
        <translation>Spendlight ist wieder da</translation>
    </message>
    <message>
        <source>The icon&apos;s menu lets them through, and so does {command}.</source>
        <translation>Das Menü des Symbols lässt sie durch, ebenso {command}.</translation>
    </message>
    <message>
        <source>{used} is used. At this rate the rest is gone before it resets {at}; a smaller model makes it last.</source>
        <translation>Verbraucht: {used}. In diesem Tempo ist der Rest weg, bevor es neu beginnt ({at}); ein kleineres Modell streckt ihn.</translation>
    </message>
    <message>
        <source>{window} runs out about {at}</source>
        <translation>{window} reicht bis etwa {at}</translation>
    </message>
</context>
<context>
    <name>breakdown</name>
    <message numerus="yes">
        <source>%n token(s)</source>
        <translation>
            <numerusform>%n Token</numerusform>
            <numerusform>%n Token</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n without a price</source>
        <translation>
            <numerusform>%n ohne Preis</numerusform>
            <numerusform>%n ohne Preis</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Model</source>
        <translation>&amp;Modell</translation>
    </message>
    <message>
        <source>&amp;Tool</source>
        <translation>&amp;Tool</translation>
    </message>
    <message>
        <source>Pro&amp;ject</source>
        <translation>Pro&amp;jekt</translation>
    </message>
    <message>
        <source>Sess&amp;ion</source>
        <translation>S&amp;itzung</translation>
    </message>
    <message>
        <source>Today by</source>
        <translation>Heute</translation>
    </message>
    <message>
        <source>Today by model</source>
        <translation>Heute nach Modell</translation>
    </message>
    <message>
        <source>Today by project</source>
        <translation>Heute nach Projekt</translation>
    </message>
    <message>
        <source>Today by session</source>
        <translation>Heute nach Sitzung</translation>
    </message>
    <message>
        <source>Today by tool</source>
        <translation>Heute nach Tool</translation>
    </message>
    <message numerus="yes">
        <source>and %n more · {amount}</source>
        <translation>
            <numerusform>und %n weiteres · {amount}</numerusform>
            <numerusform>und %n weitere · {amount}</numerusform>
        </translation>
    </message>
    <message>
        <source>unknown model</source>
        <translation>unbekanntes Modell</translation>
    </message>
    <message>
        <source>unknown project</source>
        <translation>unbekanntes Projekt</translation>
    </message>
    <message>
        <source>unknown session</source>
        <translation>unbekannte Sitzung</translation>
    </message>
    <message>
        <source>unknown tool</source>
        <translation>unbekanntes Tool</translation>
    </message>
</context>
<context>
    <name>budgetcards</name>
    <message numerus="yes">
        <source>and %n more budget(s), in the icon&apos;s menu</source>
        <translation>
            <numerusform>und %n weiteres Budget im Menü des Symbols</numerusform>
            <numerusform>und %n weitere Budgets im Menü des Symbols</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>budgetrows</name>
    <message numerus="yes">
        <source>and %n more budget(s)</source>
        <translation>
            <numerusform>und %n weiteres Budget</numerusform>
            <numerusform>und %n weitere Budgets</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>budgettext</name>
    <message>
        <source>Allow for 1 hour</source>
        <translation>Für 1&#xa0;Stunde erlauben</translation>
    </message>
    <message>
        <source>Allow new calls for 1 hour ({name})</source>
        <translation>Neue Aufrufe für 1&#xa0;Stunde erlauben ({name})</translation>
    </message>
    <message>
        <source>Budget has reached {share}: {name}</source>
        <translation>Budget zu {share} verbraucht: {name}</translation>
    </message>
    <message>
        <source>Budget used up: {name}</source>
        <translation>Budget aufgebraucht: {name}</translation>
    </message>
    <message>
        <source>Lift for 1 hour</source>
        <translation>Für 1&#xa0;Stunde aufheben</translation>
    </message>
    <message>
        <source>New calls are refused</source>
        <translation>Neue Aufrufe werden abgelehnt</translation>
    </message>
    <message>
        <source>New calls are refused {until}</source>
        <translation>Neue Aufrufe werden {until} abgelehnt</translation>
    </message>
    <message>
        <source>New calls of {who} are refused</source>
        <translation>Neue Aufrufe von {who} werden abgelehnt</translation>
    </message>
    <message>
        <source>New calls of {who} are refused {until}</source>
        <translation>Neue Aufrufe von {who} werden {until} abgelehnt</translation>
    </message>
    <message>
        <source>This month</source>
        <translation>Diesen Monat</translation>
    </message>
    <message>
        <source>This week</source>
        <translation>Diese Woche</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>Heute</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>no forecast yet: too little history</source>
        <translation>noch keine Vorhersage: zu wenig Verlauf</translation>
    </message>
    <message>
        <source>nothing more is expected</source>
        <translation>mehr wird nicht erwartet</translation>
    </message>
    <message>
        <source>on pace for ≈{point} ({low} to {high})</source>
        <translation>voraussichtlich ≈{point} ({low} bis {high})</translation>
    </message>
    <message>
        <source>passes it at about {at}</source>
        <translation>überschritten gegen {at}</translation>
    </message>
    <message>
        <source>passes it at about {at} ({low} to {high})</source>
        <translation>überschritten gegen {at} ({low} bis {high})</translation>
    </message>
    <message>
        <source>passes it between {low} and {high}</source>
        <translation>überschritten zwischen {low} und {high}</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>unbekannt</translation>
    </message>
    <message>
        <source>until midnight</source>
        <translation>bis Mitternacht</translation>
    </message>
    <message>
        <source>until {at}</source>
        <translation>bis {at}</translation>
    </message>
    <message>
        <source>{name} this month</source>
        <translation>{name} diesen Monat</translation>
    </message>
    <message>
        <source>{name} this week</source>
        <translation>{name} diese Woche</translation>
    </message>
    <message>
        <source>{name} today</source>
        <translation>{name} heute</translation>
    </message>
    <message>
        <source>{name}, as agreed</source>
        <translation>{name}, wie vereinbart</translation>
    </message>
    <message>
        <source>{name}, billed</source>
        <translation>{name}, berechnet</translation>
    </message>
    <message>
        <source>{name}: calls allowed {until}</source>
        <translation>{name}: Aufrufe {until} erlaubt</translation>
    </message>
    <message>
        <source>{name}: frugal</source>
        <translation>{name}: sparsam</translation>
    </message>
    <message>
        <source>{name}: frugal {until}</source>
        <translation>{name}: sparsam {until}</translation>
    </message>
    <message>
        <source>{name}: not frugal {until}</source>
        <translation>{name}: {until} nicht sparsam</translation>
    </message>
    <message>
        <source>{name}: rests {until}</source>
        <translation>{name}: ruht {until}</translation>
    </message>
    <message>
        <source>{name}: {used} used.</source>
        <translation>{name}: {used} verbraucht.</translation>
    </message>
    <message>
        <source>{spent} of {limit}</source>
        <translation>{spent} von {limit}</translation>
    </message>
    <message numerus="yes">
        <source>{told}, without %n unpriced call(s)</source>
        <translation>
            <numerusform>{told}, ohne %n Aufruf ohne Preis</numerusform>
            <numerusform>{told}, ohne %n Aufrufe ohne Preis</numerusform>
        </translation>
    </message>
    <message>
        <source>{what} — lift for 1 hour</source>
        <translation>{what} – für 1&#xa0;Stunde aufheben</translation>
    </message>
    <message>
        <source>{what} — undo</source>
        <translation>{what} – rückgängig</translation>
    </message>
</context>
<context>
    <name>buttoned</name>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
</context>
<context>
    <name>card</name>
    <message>
        <source>API value</source>
        <translation>API-Wert</translation>
    </message>
    <message>
        <source>Counted by Spendlight on my own machine</source>
        <translation>Von Spendlight auf meinem Rechner gezählt</translation>
    </message>
    <message>
        <source>Demo</source>
        <translation>Demo</translation>
    </message>
    <message>
        <source>My days in tokens</source>
        <translation>Meine Tage in Tokens</translation>
    </message>
    <message>
        <source>My month in tokens</source>
        <translation>Mein Monat in Tokens</translation>
    </message>
    <message>
        <source>My week in tokens</source>
        <translation>Meine Woche in Tokens</translation>
    </message>
    <message>
        <source>No call had a price</source>
        <translation>Kein Aufruf hatte einen Preis</translation>
    </message>
    <message>
        <source>No prompts, no code in this card</source>
        <translation>Keine Prompts, kein Code auf dieser Karte</translation>
    </message>
    <message>
        <source>No prompts, no code, no project names in this card</source>
        <translation>Keine Prompts, kein Code, keine Projektnamen auf dieser Karte</translation>
    </message>
    <message>
        <source>Suggestion</source>
        <translation>Vorschlag</translation>
    </message>
    <message>
        <source>There was no call</source>
        <translation>Es gab keinen Aufruf</translation>
    </message>
    <message>
        <source>Why {title}</source>
        <translation>Warum: {title}</translation>
    </message>
    <message>
        <source>Why?</source>
        <translation>Warum?</translation>
    </message>
    <message>
        <source>calls</source>
        <translation>Aufrufe</translation>
    </message>
    <message>
        <source>goes with {what}</source>
        <translation>geht einher mit {what}</translation>
    </message>
    <message>
        <source>of the input from the cache</source>
        <translation>der Eingabe aus dem Cache</translation>
    </message>
    <message>
        <source>on the dearest day, {day}</source>
        <translation>am teuersten Tag, {day}</translation>
    </message>
    <message>
        <source>tokens read</source>
        <translation>Tokens gelesen</translation>
    </message>
    <message>
        <source>tokens written</source>
        <translation>Tokens geschrieben</translation>
    </message>
    <message>
        <source>{amount} lost by rules</source>
        <translation>{amount} durch Regeln verloren</translation>
    </message>
    <message>
        <source>{amount} on {before}</source>
        <translation>{amount} gegenüber {before}</translation>
    </message>
    <message>
        <source>{amount} saved by rules</source>
        <translation>{amount} durch Regeln gespart</translation>
    </message>
    <message>
        <source>{count} failed</source>
        <translation>{count} fehlgeschlagen</translation>
    </message>
</context>
<context>
    <name>choicewords</name>
    <message>
        <source>As requested, now</source>
        <translation>Jetzt wie angefragt</translation>
    </message>
    <message>
        <source>Estimated: what the same tokens would have cost, less what the change itself cost.</source>
        <translation>Geschätzt: was dieselben Token gekostet hätten, abzüglich der Kosten des Wechsels selbst.</translation>
    </message>
    <message>
        <source>Lost {amount} this week</source>
        <translation>Woche: {amount} Verlust</translation>
    </message>
    <message numerus="yes">
        <source>Not in it: %n call(s) whose saving cannot be told.</source>
        <translation>
            <numerusform>Nicht dabei: %n Aufruf, dessen Ersparnis sich nicht sagen lässt.</numerusform>
            <numerusform>Nicht dabei: %n Aufrufe, deren Ersparnis sich nicht sagen lässt.</numerusform>
        </translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>Nicht jetzt</translation>
    </message>
    <message>
        <source>Nothing saved this week</source>
        <translation>Diese Woche nichts gespart</translation>
    </message>
    <message>
        <source>Probably between {low} and {high} lost.</source>
        <translation>Wahrscheinlich zwischen {low} und {high} Verlust.</translation>
    </message>
    <message>
        <source>Probably between {low} and {high} saved.</source>
        <translation>Wahrscheinlich zwischen {low} und {high} gespart.</translation>
    </message>
    <message>
        <source>Probably between {low} lost and {high} saved.</source>
        <translation>Wahrscheinlich zwischen {low} Verlust und {high} Ersparnis.</translation>
    </message>
    <message>
        <source>Requests go out unchanged until you switch this off. Rules rest; models chosen in the menu are given up.</source>
        <translation>Anfragen gehen unverändert hinaus, bis dies wieder ausgeschaltet ist. Regeln ruhen; im Menü gewählte Modelle werden aufgegeben.</translation>
    </message>
    <message>
        <source>Saved {amount} this week</source>
        <translation>Woche: {amount} gespart</translation>
    </message>
    <message>
        <source>Saving not known yet</source>
        <translation>Ersparnis noch unbekannt</translation>
    </message>
    <message>
        <source>Suggestion: {title}…</source>
        <translation>Vorschlag: {title}…</translation>
    </message>
    <message>
        <source>Switch</source>
        <translation>Umstellen</translation>
    </message>
    <message>
        <source>Today: {saved}.</source>
        <translation>Heute: {saved}.</translation>
    </message>
    <message>
        <source>Try for 1 hour</source>
        <translation>1&#xa0;h testen</translation>
    </message>
    <message>
        <source>not used yet</source>
        <translation>noch nicht benutzt</translation>
    </message>
    <message>
        <source>nothing saved yet</source>
        <translation>noch nichts gespart</translation>
    </message>
    <message>
        <source>unproven</source>
        <translation>unbewiesen</translation>
    </message>
    <message>
        <source>until {at}</source>
        <translation>bis {at}</translation>
    </message>
    <message>
        <source>{amount} a week</source>
        <translation>{amount} pro Woche</translation>
    </message>
    <message>
        <source>{amount} lost</source>
        <translation>{amount} Verlust</translation>
    </message>
    <message>
        <source>{amount} saved</source>
        <translation>{amount} gespart</translation>
    </message>
    <message>
        <source>{amount}, estimated</source>
        <translation>{amount}, geschätzt</translation>
    </message>
</context>
<context>
    <name>crash</name>
    <message>
        <source>A report without personal data is in {path}.</source>
        <translation>Ein Bericht ohne persönliche Daten liegt in {path}.</translation>
    </message>
    <message>
        <source>Metering is not touched by it.</source>
        <translation>Die Erfassung ist davon nicht betroffen.</translation>
    </message>
    <message>
        <source>Please report it if it comes back.</source>
        <translation>Bitte melden, wenn es wieder geschieht.</translation>
    </message>
    <message>
        <source>Restart the tray with `spendlight`; please report it if it comes back.</source>
        <translation>Das Tray mit `spendlight` neu starten; bitte melden, wenn es wiederkommt.</translation>
    </message>
    <message>
        <source>The tray ended unexpectedly last time</source>
        <translation>Das Tray endete letztes Mal unerwartet</translation>
    </message>
    <message>
        <source>The tray met an unexpected error</source>
        <translation>Unerwarteter Fehler im Tray</translation>
    </message>
    <message>
        <source>Your tools and their metering went on.</source>
        <translation>Die Tools und ihre Erfassung liefen weiter.</translation>
    </message>
</context>
<context>
    <name>farewell</name>
    <message>
        <source>Lead them back and stop</source>
        <translation>Zurückführen und anhalten</translation>
    </message>
    <message>
        <source>Nothing was stopped, because this could not be put back:</source>
        <translation>Nichts wurde angehalten, denn dies ließ sich nicht zurücksetzen:</translation>
    </message>
    <message>
        <source>Stop Spendlight altogether?</source>
        <translation>Spendlight ganz anhalten?</translation>
    </message>
    <message>
        <source>Stop everything</source>
        <translation>Alles anhalten</translation>
    </message>
    <message>
        <source>Stop without that</source>
        <translation>Ohne das anhalten</translation>
    </message>
    <message>
        <source>These tools lead through Spendlight: {names}. When it stops they reach nobody, unless they are led back to their vendors first; connect them again whenever you like.</source>
        <translation>Diese Tools laufen über Spendlight: {names}. Hält es an, erreichen sie niemanden, außer sie werden vorher zu ihren Anbietern zurückgeführt; neu verbinden lassen sie sich jederzeit.</translation>
    </message>
    <message>
        <source>To end only this icon, use Quit; to stop counting for a while, use Pause.</source>
        <translation>Nur das Symbol schließt „Beenden“; das Zählen unterbricht „Pausieren“.</translation>
    </message>
    <message>
        <source>Tools that point at Spendlight will not reach their vendors until it runs again.</source>
        <translation>Tools, die auf Spendlight zeigen, erreichen ihre Anbieter erst wieder, wenn es läuft.</translation>
    </message>
</context>
<context>
    <name>gathering</name>
    <message numerus="yes">
        <source>%n budget(s)</source>
        <translation>
            <numerusform>%n Budget</numerusform>
            <numerusform>%n Budgets</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n outage(s)</source>
        <translation>
            <numerusform>%n Ausfall</numerusform>
            <numerusform>%n Ausfälle</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n piece(s) of news</source>
        <translation>
            <numerusform>%n Neuigkeit</numerusform>
            <numerusform>%n Neuigkeiten</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n plan window(s)</source>
        <translation>
            <numerusform>%n Planfenster</numerusform>
            <numerusform>%n Planfenster</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n suggestion(s)</source>
        <translation>
            <numerusform>%n Vorschlag</numerusform>
            <numerusform>%n Vorschläge</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n weekly card(s)</source>
        <translation>
            <numerusform>%n Wochenkarte</numerusform>
            <numerusform>%n Wochenkarten</numerusform>
        </translation>
    </message>
    <message>
        <source>News from Spendlight</source>
        <translation>Neues von Spendlight</translation>
    </message>
    <message>
        <source>The icon&apos;s menu shows how things stand.</source>
        <translation>Den Stand zeigt das Menü des Symbols.</translation>
    </message>
    <message>
        <source>While it was quiet: {what}</source>
        <translation>Während der Ruhe: {what}</translation>
    </message>
    <message>
        <source>{what} (over)</source>
        <translation>{what} (vorbei)</translation>
    </message>
</context>
<context>
    <name>gauges</name>
    <message>
        <source>Alert</source>
        <translation>Warnung</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>Ausblenden</translation>
    </message>
    <message>
        <source>Dismiss: {title}</source>
        <translation>Ausblenden: {title}</translation>
    </message>
    <message>
        <source>Ended</source>
        <translation>Beendet</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>Läuft</translation>
    </message>
    <message>
        <source>Show the report</source>
        <translation>Bericht zeigen</translation>
    </message>
</context>
<context>
    <name>glance</name>
    <message numerus="yes">
        <source>%n call(s) running</source>
        <translation>
            <numerusform>%n Aufruf läuft</numerusform>
            <numerusform>%n Aufrufe laufen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n error(s)</source>
        <translation>
            <numerusform>%n Fehler</numerusform>
            <numerusform>%n Fehler</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Pause metering for 1 hour</source>
        <translation>&amp;Erfassung 1&#xa0;Stunde pausieren</translation>
    </message>
    <message>
        <source>DEMO — simulated calls, no real money</source>
        <translation>DEMO – simulierte Aufrufe, kein echtes Geld</translation>
    </message>
    <message>
        <source>DEMO, no real money</source>
        <translation>DEMO, kein echtes Geld</translation>
    </message>
    <message numerus="yes">
        <source>Not in it: %n unmetered call(s)</source>
        <translation>
            <numerusform>Nicht dabei: %n nicht erfasster Aufruf</numerusform>
            <numerusform>Nicht dabei: %n nicht erfasste Aufrufe</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Not in it: %n unpriced call(s)</source>
        <translation>
            <numerusform>Nicht dabei: %n Aufruf ohne Preis</numerusform>
            <numerusform>Nicht dabei: %n Aufrufe ohne Preis</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Not in it: {unpriced} unpriced and %n unmetered call(s)</source>
        <translation>
            <numerusform>Nicht dabei: {unpriced} ohne Preis und %n nicht erfasst</numerusform>
            <numerusform>Nicht dabei: {unpriced} ohne Preis und %n nicht erfasst</numerusform>
        </translation>
    </message>
    <message>
        <source>Not metered: calls pass uncounted</source>
        <translation>Nicht erfasst: Aufrufe laufen ungezählt durch</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Pausiert</translation>
    </message>
    <message>
        <source>Paused until {at}</source>
        <translation>Pause bis {at}</translation>
    </message>
    <message>
        <source>S&amp;et a price for {model}…</source>
        <translation>P&amp;reis für {model} festlegen…</translation>
    </message>
    <message numerus="yes">
        <source>S&amp;et prices for %n model(s)…</source>
        <translation>
            <numerusform>P&amp;reis für %n Modell festlegen…</numerusform>
            <numerusform>P&amp;reise für %n Modelle festlegen…</numerusform>
        </translation>
    </message>
    <message>
        <source>Spendlight is not running</source>
        <translation>Spendlight läuft nicht</translation>
    </message>
    <message>
        <source>Today unpriced</source>
        <translation>Heute ohne Preis</translation>
    </message>
    <message>
        <source>Waiting for Spendlight&apos;s engine…</source>
        <translation>Warten auf Spendlights Engine…</translation>
    </message>
    <message>
        <source>a call</source>
        <translation>ein Aufruf</translation>
    </message>
    <message numerus="yes">
        <source>and %n more running</source>
        <translation>
            <numerusform>und %n weiterer läuft</numerusform>
            <numerusform>und %n weitere laufen</numerusform>
        </translation>
    </message>
    <message>
        <source>cut off</source>
        <translation>abgerissen</translation>
    </message>
    <message>
        <source>done</source>
        <translation>fertig</translation>
    </message>
    <message>
        <source>interrupted</source>
        <translation>unterbrochen</translation>
    </message>
    <message>
        <source>not sent</source>
        <translation>nicht gesendet</translation>
    </message>
    <message>
        <source>starting</source>
        <translation>beginnt</translation>
    </message>
    <message>
        <source>stopped by the tool</source>
        <translation>vom Tool abgebrochen</translation>
    </message>
    <message>
        <source>unknown model</source>
        <translation>unbekanntes Modell</translation>
    </message>
    <message>
        <source>unknown tool</source>
        <translation>unbekanntes Tool</translation>
    </message>
    <message>
        <source>vendor error</source>
        <translation>Fehler beim Anbieter</translation>
    </message>
    <message>
        <source>waiting for the answer</source>
        <translation>wartet auf die Antwort</translation>
    </message>
    <message>
        <source>{amount} API value today</source>
        <translation>Heute {amount} API-Wert</translation>
    </message>
    <message>
        <source>{amount} of it is estimated</source>
        <translation>{amount} davon sind geschätzt</translation>
    </message>
    <message>
        <source>{amount} of {budget}</source>
        <translation>{amount} von {budget}</translation>
    </message>
    <message>
        <source>{amount} today</source>
        <translation>Heute {amount}</translation>
    </message>
    <message>
        <source>{count} in</source>
        <translation>{count} ein</translation>
    </message>
    <message>
        <source>{count} out</source>
        <translation>{count} aus</translation>
    </message>
    <message>
        <source>{paused} — resume</source>
        <translation>{paused} – fortsetzen</translation>
    </message>
</context>
<context>
    <name>link</name>
    <message>
        <source>It is restarted by itself when it hangs; if this stays, run `spendlight doctor`.</source>
        <translation>Wenn sie hängt, wird sie von selbst neu gestartet; bleibt es so, hilft `spendlight doctor`.</translation>
    </message>
    <message>
        <source>It runs, but the tray gets no word from it, so nothing here is of now.</source>
        <translation>Sie läuft, aber das Tray hört nichts von ihr; nichts hier ist von jetzt.</translation>
    </message>
    <message>
        <source>Spendlight&apos;s engine did not answer</source>
        <translation>Spendlights Engine hat nicht geantwortet</translation>
    </message>
    <message>
        <source>Spendlight&apos;s engine does not answer</source>
        <translation>Spendlights Engine antwortet nicht</translation>
    </message>
    <message>
        <source>The connection to the engine ended before its answer came.</source>
        <translation>Die Verbindung zur Engine endete, bevor ihre Antwort kam.</translation>
    </message>
    <message>
        <source>Try again; if it stays so, `spendlight doctor` looks for the cause.</source>
        <translation>Noch einmal versuchen; bleibt es so, sucht `spendlight doctor` die Ursache.</translation>
    </message>
</context>
<context>
    <name>livecalls</name>
    <message numerus="yes">
        <source>%n running</source>
        <translation>
            <numerusform>%n läuft</numerusform>
            <numerusform>%n laufen</numerusform>
        </translation>
    </message>
    <message>
        <source>Now</source>
        <translation>Jetzt</translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>und %n weiterer</numerusform>
            <numerusform>und %n weitere</numerusform>
        </translation>
    </message>
    <message>
        <source>nothing is running</source>
        <translation>gerade läuft nichts</translation>
    </message>
</context>
<context>
    <name>menu</name>
    <message>
        <source>&amp;Connect tools…</source>
        <translation>&amp;Tools verbinden…</translation>
    </message>
    <message>
        <source>&amp;Quit the tray (metering goes on)</source>
        <translation>Tray &amp;beenden (Erfassung läuft weiter)</translation>
    </message>
    <message>
        <source>&amp;Show details</source>
        <translation>&amp;Details zeigen</translation>
    </message>
    <message>
        <source>Calls pass without being read; each is still one unmetered row.</source>
        <translation>Aufrufe laufen ungelesen durch; jeder bleibt eine nicht erfasste Zeile.</translation>
    </message>
    <message>
        <source>S&amp;et a price…</source>
        <translation>P&amp;reis festlegen…</translation>
    </message>
    <message>
        <source>S&amp;top everything…</source>
        <translation>&amp;Alles anhalten…</translation>
    </message>
    <message>
        <source>Sessions</source>
        <translation>Sitzungen</translation>
    </message>
    <message>
        <source>Today by model</source>
        <translation>Heute nach Modell</translation>
    </message>
    <message>
        <source>Today by tool</source>
        <translation>Heute nach Tool</translation>
    </message>
</context>
<context>
    <name>minimeter</name>
    <message>
        <source>Spendlight&apos;s meter</source>
        <translation>Spendlights Anzeige</translation>
    </message>
</context>
<context>
    <name>modelsection</name>
    <message>
        <source>Less</source>
        <translation>Weniger</translation>
    </message>
    <message>
        <source>Mode</source>
        <translation>Modus</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>Models: show less</source>
        <translation>Modelle: weniger zeigen</translation>
    </message>
    <message>
        <source>Models: show mode and rules</source>
        <translation>Modelle: Modus und Regeln zeigen</translation>
    </message>
    <message>
        <source>More</source>
        <translation>Mehr</translation>
    </message>
</context>
<context>
    <name>modelsmenu</name>
    <message>
        <source>&amp;Models</source>
        <translation>&amp;Modelle</translation>
    </message>
    <message>
        <source>For 1 hour</source>
        <translation>Für 1&#xa0;Stunde</translation>
    </message>
    <message>
        <source>From now on</source>
        <translation>Ab jetzt</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pausieren</translation>
    </message>
    <message>
        <source>Put back: {rule}</source>
        <translation>Wiederherstellen: {rule}</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>Undo: {what}</source>
        <translation>Rückgängig: {what}</translation>
    </message>
    <message>
        <source>{rule} (paused)</source>
        <translation>{rule} (pausiert)</translation>
    </message>
</context>
<context>
    <name>modes</name>
    <message>
        <source>Also sends titles, summaries and read-only sub-agents to a small model.</source>
        <translation>Schickt auch Titel, Zusammenfassungen und nur lesende Sub-Agenten an ein kleines Modell.</translation>
    </message>
    <message>
        <source>Balanced</source>
        <translation>Ausgewogen</translation>
    </message>
    <message>
        <source>Frugal</source>
        <translation>Sparsam</translation>
    </message>
    <message>
        <source>Let it rip</source>
        <translation>Nur zählen</translation>
    </message>
    <message>
        <source>Only counts; no request is changed and nothing is suggested.</source>
        <translation>Zählt nur; keine Anfrage wird geändert, nichts wird vorgeschlagen.</translation>
    </message>
    <message>
        <source>Suggests cheaper models and keeps your rules.</source>
        <translation>Schlägt günstigere Modelle vor und hält sich an die Regeln.</translation>
    </message>
    <message>
        <source>only counts</source>
        <translation>ändert nichts</translation>
    </message>
    <message>
        <source>suggests, you decide</source>
        <translation>schlägt vor, ohne zu entscheiden</translation>
    </message>
    <message>
        <source>titles and summaries go to a small model</source>
        <translation>Titel und Zusammenfassungen an ein kleines Modell</translation>
    </message>
</context>
<context>
    <name>money</name>
    <message numerus="yes">
        <source>%n call(s)</source>
        <translation>
            <numerusform>%n Aufruf</numerusform>
            <numerusform>%n Aufrufe</numerusform>
        </translation>
    </message>
    <message>
        <source>adds {amount} to the bill</source>
        <translation>{amount} auf der Rechnung</translation>
    </message>
    <message numerus="yes">
        <source>adds {amount} to the bill, unknown for %n call(s)</source>
        <translation>
            <numerusform>{amount} auf der Rechnung, bei %n Aufruf unbekannt</numerusform>
            <numerusform>{amount} auf der Rechnung, bei %n Aufrufen unbekannt</numerusform>
        </translation>
    </message>
    <message>
        <source>converted at {rate} {code} for $1, the rate of {since}</source>
        <translation>Kurs vom {since}: {rate}&#xa0;{code} für 1&#xa0;$</translation>
    </message>
    <message>
        <source>in USD: no rate for {code} holds</source>
        <translation>in USD: kein Kurs für {code} gilt</translation>
    </message>
    <message>
        <source>unpriced</source>
        <translation>ohne Preis</translation>
    </message>
    <message>
        <source>{amount} by contract</source>
        <translation>{amount} laut Vertrag</translation>
    </message>
    <message>
        <source>{amount}/h</source>
        <translation>{amount}/h</translation>
    </message>
    <message>
        <source>≈ API value</source>
        <translation>≈&#xa0;API-Wert</translation>
    </message>
</context>
<context>
    <name>notray</name>
    <message>
        <source>Metering goes on; `spendlight status` works everywhere.</source>
        <translation>Die Erfassung läuft; `spendlight status` geht überall.</translation>
    </message>
    <message>
        <source>No tray for Spendlight&apos;s icon</source>
        <translation>Kein Tray für Spendlights Symbol</translation>
    </message>
    <message>
        <source>On GNOME, the extension “AppIndicator and KStatusNotifierItem Support” adds one.</source>
        <translation>Unter GNOME fügt die Erweiterung „AppIndicator and KStatusNotifierItem Support“ eines hinzu.</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Use the mini meter</source>
        <translation>Mini-Anzeige nutzen</translation>
    </message>
</context>
<context>
    <name>offer</name>
    <message>
        <source>Removed: {rule}</source>
        <translation>Entfernt: {rule}</translation>
    </message>
</context>
<context>
    <name>planrows</name>
    <message numerus="yes">
        <source>and %n more window(s)</source>
        <translation>
            <numerusform>und %n weiteres Fenster</numerusform>
            <numerusform>und %n weitere Fenster</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>popover</name>
    <message>
        <source>&amp;Connect a tool…</source>
        <translation>Tool &amp;verbinden…</translation>
    </message>
    <message>
        <source>&amp;Pause 1 hour</source>
        <translation>1&#xa0;Stunde &amp;pausieren</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Beenden</translation>
    </message>
    <message>
        <source>&amp;Resume metering</source>
        <translation>&amp;Erfassung fortsetzen</translation>
    </message>
    <message>
        <source>Calls pass without being read; each is still one unmetered row.</source>
        <translation>Aufrufe laufen ungelesen durch; jeder bleibt eine nicht erfasste Zeile.</translation>
    </message>
    <message>
        <source>Ends the tray icon only; metering goes on.</source>
        <translation>Beendet nur das Symbol; die Erfassung läuft weiter.</translation>
    </message>
    <message>
        <source>No calls yet today.</source>
        <translation>Heute noch keine Aufrufe.</translation>
    </message>
    <message>
        <source>Nothing known yet.</source>
        <translation>Noch nichts bekannt.</translation>
    </message>
    <message>
        <source>Prices {version}</source>
        <translation>Preise {version}</translation>
    </message>
    <message>
        <source>Spendlight: today&apos;s spend</source>
        <translation>Spendlight: Ausgaben heute</translation>
    </message>
    <message>
        <source>Spent today: {amount}</source>
        <translation>Heute ausgegeben: {amount}</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>Heute</translation>
    </message>
    <message>
        <source>as of {at}</source>
        <translation>Stand {at}</translation>
    </message>
    <message>
        <source>connecting…</source>
        <translation>verbindet…</translation>
    </message>
    <message>
        <source>no live data</source>
        <translation>keine Live-Daten</translation>
    </message>
    <message>
        <source>{rate} now</source>
        <translation>jetzt {rate}</translation>
    </message>
    <message>
        <source>{share} of {budget}</source>
        <translation>{share} von {budget}</translation>
    </message>
    <message>
        <source>≈ is an estimate</source>
        <translation>≈ heißt geschätzt</translation>
    </message>
</context>
<context>
    <name>priceentry</name>
    <message numerus="yes">
        <source>%n token(s)</source>
        <translation>
            <numerusform>%n Token</numerusform>
            <numerusform>%n Token</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;As another model</source>
        <translation>Wie ein a&amp;nderes Modell</translation>
    </message>
    <message>
        <source>&amp;Input</source>
        <translation>&amp;Eingabe</translation>
    </message>
    <message>
        <source>&amp;Output</source>
        <translation>&amp;Ausgabe</translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation>&amp;Speichern</translation>
    </message>
    <message>
        <source>Cached i&amp;nput</source>
        <translation>Aus dem &amp;Cache</translation>
    </message>
    <message>
        <source>Cached input, USD per million tokens</source>
        <translation>Eingabe aus dem Cache, USD pro Million Token</translation>
    </message>
    <message>
        <source>Every call has a price.</source>
        <translation>Jeder Aufruf hat einen Preis.</translation>
    </message>
    <message>
        <source>Input, USD per million tokens</source>
        <translation>Eingabe, USD pro Million Token</translation>
    </message>
    <message>
        <source>Mo&amp;del</source>
        <translation>Mo&amp;dell</translation>
    </message>
    <message>
        <source>Model without a price, and its vendor</source>
        <translation>Modell ohne Preis und sein Anbieter</translation>
    </message>
    <message>
        <source>Output, USD per million tokens</source>
        <translation>Ausgabe, USD pro Million Token</translation>
    </message>
    <message>
        <source>Saved. It holds for calls from now on.</source>
        <translation>Gespeichert. Der Preis gilt für Aufrufe ab jetzt.</translation>
    </message>
    <message>
        <source>Saving…</source>
        <translation>Wird gespeichert…</translation>
    </message>
    <message>
        <source>Set a price</source>
        <translation>Preis festlegen</translation>
    </message>
    <message>
        <source>Set a price for calls that have none</source>
        <translation>Preis für Aufrufe festlegen, die keinen haben</translation>
    </message>
    <message>
        <source>The model that it is, vendor slash model</source>
        <translation>Welches Modell es ist, Anbieter Schrägstrich Modell</translation>
    </message>
    <message>
        <source>USD per &amp;million tokens</source>
        <translation>USD pro &amp;Million Token</translation>
    </message>
    <message>
        <source>What has changed</source>
        <translation>Was sich geändert hat</translation>
    </message>
    <message>
        <source>as input</source>
        <translation>wie Eingabe</translation>
    </message>
    <message>
        <source>unnamed model</source>
        <translation>Modell ohne Namen</translation>
    </message>
    <message>
        <source>{calls} since {day}</source>
        <translation>{calls} seit {day}</translation>
    </message>
    <message>
        <source>{count} cache writes</source>
        <translation>{count} in den Cache</translation>
    </message>
    <message>
        <source>{count} cached input</source>
        <translation>{count} aus dem Cache</translation>
    </message>
    <message>
        <source>{count} input</source>
        <translation>{count} Eingabe</translation>
    </message>
    <message>
        <source>{count} output</source>
        <translation>{count} Ausgabe</translation>
    </message>
</context>
<context>
    <name>prose</name>
    <message>
        <source>“{text}”</source>
        <translation>„{text}“</translation>
    </message>
</context>
<context>
    <name>report</name>
    <message numerus="yes">
        <source>%n call(s)</source>
        <translation>
            <numerusform>%n Aufruf</numerusform>
            <numerusform>%n Aufrufe</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n call(s) failed.</source>
        <translation>
            <numerusform>%n Aufruf schlug fehl.</numerusform>
            <numerusform>%n Aufrufe schlugen fehl.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n call(s) have no price</source>
        <translation>
            <numerusform>%n Aufruf keinen Preis hat</numerusform>
            <numerusform>%n Aufrufe keinen Preis haben</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n call(s) passed unmetered: nobody knows what they cost.</source>
        <translation>
            <numerusform>%n Aufruf ging ungezählt durch: Niemand weiß, was er kostet.</numerusform>
            <numerusform>%n Aufrufe gingen ungezählt durch: Niemand weiß, was sie kosten.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n call(s) without a price: in no amount of this page.</source>
        <translation>
            <numerusform>%n Aufruf ohne Preis: in keinem Betrag dieser Seite.</numerusform>
            <numerusform>%n Aufrufe ohne Preis: in keinem Betrag dieser Seite.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n other(s)</source>
        <translation>
            <numerusform>%n weiteres</numerusform>
            <numerusform>%n weitere</numerusform>
        </translation>
    </message>
    <message>
        <source>A call may stand in several lines, so they have no sum. Counted, without a claim why.</source>
        <translation>Ein Aufruf kann in mehreren Zeilen stehen, darum haben sie keine Summe. Gezählt, ohne zu behaupten, warum.</translation>
    </message>
    <message>
        <source>A session</source>
        <translation>Eine Sitzung</translation>
    </message>
    <message>
        <source>API value</source>
        <translation>API-Wert</translation>
    </message>
    <message>
        <source>API value of each day</source>
        <translation>API-Wert jedes Tages</translation>
    </message>
    <message>
        <source>API value of each month</source>
        <translation>API-Wert jedes Monats</translation>
    </message>
    <message>
        <source>API value of each week</source>
        <translation>API-Wert jeder Woche</translation>
    </message>
    <message>
        <source>API value: what the calls would cost by the vendors&apos; lists. Price book {book}.</source>
        <translation>API-Wert: was die Aufrufe nach den Listen der Anbieter kosten würden. Preisbuch {book}.</translation>
    </message>
    <message>
        <source>Amounts are {note}.</source>
        <translation>Beträge: {note}.</translation>
    </message>
    <message>
        <source>Anything unusual?</source>
        <translation>Etwas Ungewöhnliches?</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>Davor</translation>
    </message>
    <message>
        <source>Billed errors</source>
        <translation>Berechnete Fehler</translation>
    </message>
    <message>
        <source>By contract</source>
        <translation>Laut Vertrag</translation>
    </message>
    <message>
        <source>Cache</source>
        <translation>Cache</translation>
    </message>
    <message>
        <source>Cache written anew after a pause</source>
        <translation>Cache nach einer Pause neu geschrieben</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>Änderung</translation>
    </message>
    <message>
        <source>Counted</source>
        <translation>Gezählt</translation>
    </message>
    <message>
        <source>Counted as waste</source>
        <translation>Als Verschwendung gezählt</translation>
    </message>
    <message>
        <source>Day by day</source>
        <translation>Tag für Tag</translation>
    </message>
    <message>
        <source>Demo: simulated calls, no money was spent.</source>
        <translation>Demo: simulierte Aufrufe, es wurde kein Geld ausgegeben.</translation>
    </message>
    <message>
        <source>From {before} to now, by what it goes with</source>
        <translation>Von {before} zu jetzt, nach dem, womit es einhergeht</translation>
    </message>
    <message>
        <source>Goes with</source>
        <translation>Geht einher mit</translation>
    </message>
    <message>
        <source>Hidden second calls</source>
        <translation>Verborgene zweite Aufrufe</translation>
    </message>
    <message>
        <source>Interrupted turns</source>
        <translation>Abgebrochene Züge</translation>
    </message>
    <message>
        <source>It may be anything from {low} to {high}.</source>
        <translation>Es kann alles von {low} bis {high} sein.</translation>
    </message>
    <message>
        <source>It would save ≈{week} a week.</source>
        <translation>Das würde ≈{week} in der Woche sparen.</translation>
    </message>
    <message>
        <source>List prices</source>
        <translation>Listenpreise</translation>
    </message>
    <message>
        <source>Made on this machine by Spendlight on {moment}.</source>
        <translation>Von Spendlight auf diesem Rechner erstellt, {moment}.</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Model mix</source>
        <translation>Modelle im Mix</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>Month</source>
        <translation>Monat</translation>
    </message>
    <message>
        <source>Month by month</source>
        <translation>Monat für Monat</translation>
    </message>
    <message>
        <source>Most goes with {what}: {amount}.</source>
        <translation>Das meiste geht einher mit {what}: {amount}.</translation>
    </message>
    <message>
        <source>Most of it is {name}.</source>
        <translation>Das meiste davon ist {name}.</translation>
    </message>
    <message>
        <source>No folder was given where your repositories lie: `spendlight config set report.repositories &apos;[&quot;~/src&quot;]&apos;`.</source>
        <translation>Kein Ordner mit Repositorys ist angegeben: Einstellung `report.repositories`.</translation>
    </message>
    <message>
        <source>No git repository was found in the folders of report.repositories.</source>
        <translation>In den Ordnern von report.repositories wurde kein Git-Repository gefunden.</translation>
    </message>
    <message>
        <source>No rule has changed a call.</source>
        <translation>Keine Regel hat einen Aufruf geändert.</translation>
    </message>
    <message>
        <source>No session of this time was in one of the repositories that were found.</source>
        <translation>Keine Sitzung dieser Zeit war in einem der gefundenen Repositorys.</translation>
    </message>
    <message>
        <source>None was counted.</source>
        <translation>Es wurde keine gezählt.</translation>
    </message>
    <message>
        <source>Nothing about it has changed.</source>
        <translation>Daran hat sich nichts geändert.</translation>
    </message>
    <message>
        <source>Nothing unusual.</source>
        <translation>Nichts Ungewöhnliches.</translation>
    </message>
    <message>
        <source>Now</source>
        <translation>Jetzt</translation>
    </message>
    <message numerus="yes">
        <source>Of %n call(s) it cannot be told.</source>
        <translation>
            <numerusform>Von %n Aufruf lässt es sich nicht sagen.</numerusform>
            <numerusform>Von %n Aufrufen lässt es sich nicht sagen.</numerusform>
        </translation>
    </message>
    <message>
        <source>On the bill</source>
        <translation>Auf der Rechnung</translation>
    </message>
    <message>
        <source>Plan</source>
        <translation>Tarif</translation>
    </message>
    <message>
        <source>Plans</source>
        <translation>Tarife</translation>
    </message>
    <message>
        <source>Project</source>
        <translation>Projekt</translation>
    </message>
    <message>
        <source>Projects</source>
        <translation>Projekte</translation>
    </message>
    <message>
        <source>Repeated attempts</source>
        <translation>Wiederholte Versuche</translation>
    </message>
    <message>
        <source>Retries</source>
        <translation>Wiederholungen</translation>
    </message>
    <message>
        <source>Rules have lost {amount} on {calls}.</source>
        <translation>Regeln haben {amount} verloren ({calls}).</translation>
    </message>
    <message>
        <source>Rules have saved {amount} on {calls}.</source>
        <translation>Regeln haben {amount} gespart ({calls}).</translation>
    </message>
    <message>
        <source>Session</source>
        <translation>Sitzung</translation>
    </message>
    <message>
        <source>Sessions</source>
        <translation>Sitzungen</translation>
    </message>
    <message>
        <source>Sessions without a diff within a day</source>
        <translation>Sitzungen ohne Diff binnen eines Tages</translation>
    </message>
    <message>
        <source>Share of each model</source>
        <translation>Anteil jedes Modells</translation>
    </message>
    <message>
        <source>Sheet {number}</source>
        <translation>Blatt {number}</translation>
    </message>
    <message>
        <source>Side calls on frontier models</source>
        <translation>Nebenaufrufe auf Spitzenmodellen</translation>
    </message>
    <message>
        <source>So many days are not looked through for what is unusual.</source>
        <translation>So viele Tage werden nicht nach Auffälligem durchsucht.</translation>
    </message>
    <message>
        <source>Sum</source>
        <translation>Summe</translation>
    </message>
    <message>
        <source>The first call is of {day}: {before} is not whole.</source>
        <translation>Der erste Aufruf ist von {day}: Von {before} fehlt ein Teil.</translation>
    </message>
    <message>
        <source>The plan {plan} costs {price} for these days; by the list its calls are worth {value}. Whether you will need its windows, you know best.</source>
        <translation>Der Tarif {plan} kostet für diese Tage {price}; nach der Liste sind seine Aufrufe {value} wert. Ob seine Fenster noch gebraucht werden, weiß nur, wer ihn bezahlt.</translation>
    </message>
    <message>
        <source>The rule “{rule}” has lost ≈{lost} on {calls}. Switch it off.</source>
        <translation>Die Regel „{rule}“ hat ≈{lost} verloren ({calls}). Besser abschalten.</translation>
    </message>
    <message>
        <source>There is no budget yet. A usual week costs ≈{usual}; {limit} would be passed by about one week in ten.</source>
        <translation>Es gibt noch kein Budget. Eine übliche Woche kostet ≈{usual}; {limit} würde etwa jede zehnte Woche überschreiten.</translation>
    </message>
    <message>
        <source>There is nothing before it to hold it against.</source>
        <translation>Davor gibt es nichts zum Vergleichen.</translation>
    </message>
    <message>
        <source>There was no call.</source>
        <translation>Es gab keinen Aufruf.</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>Tokens</translation>
    </message>
    <message>
        <source>Tool</source>
        <translation>Werkzeug</translation>
    </message>
    <message>
        <source>Tools</source>
        <translation>Werkzeuge</translation>
    </message>
    <message>
        <source>Unusually long prompts</source>
        <translation>Ungewöhnlich lange Prompts</translation>
    </message>
    <message>
        <source>Week {week}, {year}</source>
        <translation>Woche {week}, {year}</translation>
    </message>
    <message>
        <source>What</source>
        <translation>Was</translation>
    </message>
    <message>
        <source>What does the plan {plan} cost a month? Its calls are worth {value} by the list.</source>
        <translation>Was kostet der Tarif {plan} im Monat? Seine Aufrufe sind nach der Liste {value} wert.</translation>
    </message>
    <message>
        <source>What does the plan {plan} cost a month? Its calls are worth {value} by the list; no price is known for {calls}.</source>
        <translation>Was kostet der Tarif {plan} im Monat? Seine Aufrufe sind nach der Liste {value} wert; für {calls} gibt es keinen Preis.</translation>
    </message>
    <message>
        <source>What does the plan {plan} cost a month? What its calls are worth is not known: no price is known for {calls}.</source>
        <translation>Was kostet der Tarif {plan} im Monat? Was seine Aufrufe wert sind, ist nicht bekannt: Für {calls} gibt es keinen Preis.</translation>
    </message>
    <message>
        <source>What has changed</source>
        <translation>Was sich geändert hat</translation>
    </message>
    <message>
        <source>What is usual here is not known yet.</source>
        <translation>Was hier üblich ist, ist noch nicht bekannt.</translation>
    </message>
    <message>
        <source>What rules saved</source>
        <translation>Was Regeln gespart haben</translation>
    </message>
    <message>
        <source>What that goes with was not looked at.</source>
        <translation>Womit das einhergeht, wurde nicht untersucht.</translation>
    </message>
    <message>
        <source>Which calls they are: {command}</source>
        <translation>Welche Aufrufe das sind: {command}</translation>
    </message>
    <message>
        <source>Worth doing</source>
        <translation>Lohnt sich</translation>
    </message>
    <message>
        <source>at least {worth}</source>
        <translation>mindestens {worth}</translation>
    </message>
    <message>
        <source>before</source>
        <translation>davor</translation>
    </message>
    <message>
        <source>began</source>
        <translation>Beginn</translation>
    </message>
    <message>
        <source>by the vendors&apos; public lists</source>
        <translation>nach den Listen der Anbieter</translation>
    </message>
    <message>
        <source>by what was agreed</source>
        <translation>nach dem, was vereinbart ist</translation>
    </message>
    <message>
        <source>cache reads</source>
        <translation>Cache gelesen</translation>
    </message>
    <message>
        <source>cache writes</source>
        <translation>Cache geschrieben</translation>
    </message>
    <message>
        <source>cache writes (1 h)</source>
        <translation>Cache geschrieben (1 h)</translation>
    </message>
    <message>
        <source>calls</source>
        <translation>Aufrufe</translation>
    </message>
    <message>
        <source>change</source>
        <translation>Änderung</translation>
    </message>
    <message>
        <source>cheaper models</source>
        <translation>günstigeren Modellen</translation>
    </message>
    <message>
        <source>dearer models</source>
        <translation>teureren Modellen</translation>
    </message>
    <message>
        <source>fewer retries</source>
        <translation>weniger Wiederholungen</translation>
    </message>
    <message>
        <source>fewer tokens</source>
        <translation>weniger Tokens</translation>
    </message>
    <message>
        <source>git could not read the repositories of these sessions.</source>
        <translation>git konnte die Repositorys dieser Sitzungen nicht lesen.</translation>
    </message>
    <message>
        <source>git is not installed, or not in the PATH.</source>
        <translation>git ist nicht installiert oder nicht im PATH.</translation>
    </message>
    <message>
        <source>higher prices</source>
        <translation>höheren Preisen</translation>
    </message>
    <message>
        <source>input</source>
        <translation>Eingabe</translation>
    </message>
    <message>
        <source>less from the cache</source>
        <translation>weniger aus dem Cache</translation>
    </message>
    <message>
        <source>lower prices</source>
        <translation>niedrigeren Preisen</translation>
    </message>
    <message>
        <source>more from the cache</source>
        <translation>mehr aus dem Cache</translation>
    </message>
    <message>
        <source>more retries</source>
        <translation>mehr Wiederholungen</translation>
    </message>
    <message>
        <source>more tokens</source>
        <translation>mehr Tokens</translation>
    </message>
    <message>
        <source>not known</source>
        <translation>nicht bekannt</translation>
    </message>
    <message>
        <source>output</source>
        <translation>Ausgabe</translation>
    </message>
    <message>
        <source>price for these days</source>
        <translation>Preis für diese Tage</translation>
    </message>
    <message>
        <source>so far</source>
        <translation>bisher</translation>
    </message>
    <message>
        <source>the days before</source>
        <translation>den Tagen davor</translation>
    </message>
    <message>
        <source>the month before</source>
        <translation>dem Vormonat</translation>
    </message>
    <message>
        <source>the same as {before}</source>
        <translation>gleich wie in {before}</translation>
    </message>
    <message>
        <source>the week before</source>
        <translation>der Vorwoche</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>unbekannt</translation>
    </message>
    <message>
        <source>what it adds; nothing inside a plan</source>
        <translation>was hinzukommt; im Tarif nichts</translation>
    </message>
    <message>
        <source>worth</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>{amount} less than {before}</source>
        <translation>{amount} weniger als in {before}</translation>
    </message>
    <message>
        <source>{amount} more than {before}</source>
        <translation>{amount} mehr als in {before}</translation>
    </message>
    <message>
        <source>{amount} of it goes with {what}.</source>
        <translation>{amount} davon gehen einher mit {what}.</translation>
    </message>
    <message>
        <source>{before} by then</source>
        <translation>{before} bis dahin</translation>
    </message>
    <message>
        <source>{calls} of {model} and other models have no price and are in no amount. Set it once.</source>
        <translation>{calls} von {model} und weiteren Modellen ohne Preis, in keinem Betrag enthalten. Einmal eintragen genügt.</translation>
    </message>
    <message>
        <source>{calls} of {model} have no price and are in no amount. Set it once.</source>
        <translation>{calls} von {model} ohne Preis, in keinem Betrag enthalten. Einmal eintragen genügt.</translation>
    </message>
    <message>
        <source>{calls} on {asked} cost {now} in the last {days} days; on {model} ≈{then}.</source>
        <translation>{calls} auf {asked} haben in den letzten {days} Tagen {now} gekostet; auf {model} wären es ≈{then}.</translation>
    </message>
    <message>
        <source>{calls}; {input} tokens in, {share} of them from the cache, and {output} out.</source>
        <translation>{calls}; {input} Tokens hinein, davon {share} aus dem Cache, und {output} heraus.</translation>
    </message>
    <message>
        <source>{model}, {component}: from {before} to {after} for a million tokens since {day}; {amount} in this time.</source>
        <translation>{model}, {component}: von {before} auf {after} für eine Million Tokens seit {day}; {amount} in dieser Zeit.</translation>
    </message>
    <message>
        <source>{month}: + {count} unpriced</source>
        <translation>{month}: + {count} ohne Preis</translation>
    </message>
    <message>
        <source>{name}: {amount}, usually {usual}.</source>
        <translation>{name}: {amount}, üblich sind {usual}.</translation>
    </message>
    <message>
        <source>{plan}: of what you pay for, nothing would have been cheaper for these calls.</source>
        <translation>{plan}: Von allem, was bezahlt wird, wäre für diese Aufrufe nichts günstiger gewesen.</translation>
    </message>
    <message>
        <source>{plan}: paid by the call, these calls would have cost {less} less.</source>
        <translation>{plan}: Einzeln bezahlt hätten diese Aufrufe {less} weniger gekostet.</translation>
    </message>
    <message>
        <source>{plan}: what it costs is not known.</source>
        <translation>{plan}: Was er kostet, ist nicht bekannt.</translation>
    </message>
    <message>
        <source>{plan}: whether it paid is not known, since {unknown}.</source>
        <translation>{plan}: Ob er sich gelohnt hat, ist nicht bekannt, da {unknown}.</translation>
    </message>
    <message>
        <source>{plan}: {other} costs less; whether its windows would have held these calls is not known.</source>
        <translation>{plan}: {other} kostet weniger; ob dessen Fenster für diese Aufrufe gereicht hätten, ist nicht bekannt.</translation>
    </message>
    <message>
        <source>“Goes with” is counted and exact; it is no proof of a cause.</source>
        <translation>„Geht einher“ ist gezählt und genau; ein Beweis für eine Ursache ist es nicht.</translation>
    </message>
    <message>
        <source>≈: {amount} of it rests on estimates.</source>
        <translation>≈: {amount} davon beruhen auf Schätzungen.</translation>
    </message>
</context>
<context>
    <name>reportwindow</name>
    <message>
        <source>&amp;Copy</source>
        <translation>&amp;Kopieren</translation>
    </message>
    <message>
        <source>C&amp;lose</source>
        <translation>&amp;Schließen</translation>
    </message>
    <message>
        <source>Crash report</source>
        <translation>Fehlerbericht</translation>
    </message>
    <message>
        <source>It cannot be read any more.</source>
        <translation>Er kann nicht mehr gelesen werden.</translation>
    </message>
    <message>
        <source>Nothing of this was sent. It holds versions and places in the program&apos;s code; no text, no path and no name of yours.</source>
        <translation>Nichts davon wurde gesendet. Er enthält Versionen und Stellen im Code des Programms; keinen Text, keinen Pfad und keinen Namen.</translation>
    </message>
    <message>
        <source>The report</source>
        <translation>Der Bericht</translation>
    </message>
</context>
<context>
    <name>rulerows</name>
    <message>
        <source>Pause</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Weiter</translation>
    </message>
    <message numerus="yes">
        <source>and %n more rule(s), in the icon&apos;s menu</source>
        <translation>
            <numerusform>und %n weitere Regel im Menü des Symbols</numerusform>
            <numerusform>und %n weitere Regeln im Menü des Symbols</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ruletext</name>
    <message>
        <source>A session that begins with one goes there, until you ask for something else.</source>
        <translation>Eine Sitzung, die damit beginnt, geht dorthin, bis etwas anderes gefragt ist.</translation>
    </message>
    <message>
        <source>Acknowledgements</source>
        <translation>Bestätigungen</translation>
    </message>
    <message>
        <source>Commands</source>
        <translation>Befehle</translation>
    </message>
    <message>
        <source>Comments and types</source>
        <translation>Kommentare und Typen</translation>
    </message>
    <message>
        <source>Commit messages</source>
        <translation>Commit-Nachrichten</translation>
    </message>
    <message>
        <source>Compaction</source>
        <translation>Verdichtung</translation>
    </message>
    <message>
        <source>Conversions</source>
        <translation>Umwandlungen</translation>
    </message>
    <message>
        <source>Documentation edits</source>
        <translation>Doku-Änderungen</translation>
    </message>
    <message>
        <source>Everything</source>
        <translation>Alles</translation>
    </message>
    <message>
        <source>Explanations</source>
        <translation>Erklärungen</translation>
    </message>
    <message>
        <source>Formatting</source>
        <translation>Formatierung</translation>
    </message>
    <message>
        <source>Let it rip only meters. Choose Balanced or Frugal first.</source>
        <translation>„Nur zählen“ ändert nichts. Erst „Ausgewogen“ oder „Sparsam“ wählen.</translation>
    </message>
    <message>
        <source>Project {name}</source>
        <translation>Projekt {name}</translation>
    </message>
    <message>
        <source>Read-only sub-agents</source>
        <translation>Lesende Sub-Agenten</translation>
    </message>
    <message>
        <source>Renames</source>
        <translation>Umbenennungen</translation>
    </message>
    <message>
        <source>Searches</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>Short questions</source>
        <translation>Kurze Fragen</translation>
    </message>
    <message>
        <source>Simple tests</source>
        <translation>Einfache Tests</translation>
    </message>
    <message>
        <source>Small configuration changes</source>
        <translation>Kleine Konfigurationsänderungen</translation>
    </message>
    <message>
        <source>Small edits</source>
        <translation>Kleine Änderungen</translation>
    </message>
    <message>
        <source>Sub-agents</source>
        <translation>Sub-Agenten</translation>
    </message>
    <message>
        <source>Summaries</source>
        <translation>Zusammenfassungen</translation>
    </message>
    <message>
        <source>They are recognised by how the request is made, not by its words. Your main model stays.</source>
        <translation>Erkannt werden sie am Aufbau der Anfrage, nicht an ihren Worten. Das Hauptmodell bleibt.</translation>
    </message>
    <message>
        <source>This login&apos;s plan pays for it. Another model would save window, not money, and the vendor&apos;s terms may not want it; `routing.subscriptions` turns it on.</source>
        <translation>Der Plan dieser Anmeldung bezahlt das. Ein anderes Modell würde Fenster sparen, nicht Geld, und der Anbieter will es vielleicht nicht; `routing.subscriptions` schaltet es ein.</translation>
    </message>
    <message>
        <source>This session</source>
        <translation>Diese Sitzung</translation>
    </message>
    <message>
        <source>Titles</source>
        <translation>Titel</translation>
    </message>
    <message>
        <source>Typo fixes</source>
        <translation>Tippfehler</translation>
    </message>
    <message>
        <source>Web-page summaries</source>
        <translation>Zusammenfassungen von Webseiten</translation>
    </message>
    <message>
        <source>after a pause</source>
        <translation>nach einer Pause</translation>
    </message>
    <message>
        <source>after compaction</source>
        <translation>nach der Verdichtung</translation>
    </message>
    <message>
        <source>as requested</source>
        <translation>wie angefragt</translation>
    </message>
    <message>
        <source>for sub-agents</source>
        <translation>für Sub-Agenten</translation>
    </message>
    <message>
        <source>in a new session</source>
        <translation>in einer neuen Sitzung</translation>
    </message>
    <message>
        <source>loses now</source>
        <translation>jetzt ein Verlust</translation>
    </message>
    <message>
        <source>loses now; pays in a new session</source>
        <translation>jetzt ein Verlust; lohnt in einer neuen Sitzung</translation>
    </message>
    <message>
        <source>model as asked</source>
        <translation>Modell wie angefragt</translation>
    </message>
    <message>
        <source>no price is known</source>
        <translation>kein Preis bekannt</translation>
    </message>
    <message>
        <source>not cheaper here</source>
        <translation>hier nicht günstiger</translation>
    </message>
    <message>
        <source>not tried so far</source>
        <translation>noch nicht erprobt</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>pausiert</translation>
    </message>
    <message numerus="yes">
        <source>pays only after %n call(s); better {better}</source>
        <translation>
            <numerusform>lohnt erst nach %n Aufruf; besser {better}</numerusform>
            <numerusform>lohnt erst nach %n Aufrufen; besser {better}</numerusform>
        </translation>
    </message>
    <message>
        <source>rests: the vendor refused it</source>
        <translation>ruht: der Anbieter hat abgelehnt</translation>
    </message>
    <message>
        <source>saves at once, {amount} a call</source>
        <translation>spart sofort, {amount} pro Aufruf</translation>
    </message>
    <message>
        <source>uses no window</source>
        <translation>verbraucht kein Fenster</translation>
    </message>
    <message>
        <source>withdrawn: it went wrong too often</source>
        <translation>zurückgezogen: ging zu oft schief</translation>
    </message>
    <message numerus="yes">
        <source>worked {good} of %n time(s) for you</source>
        <translation>
            <numerusform>hier {good} von %n Mal gelungen</numerusform>
            <numerusform>hier {good} von %n Mal gelungen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{amount} once, pays after %n call(s)</source>
        <translation>
            <numerusform>{amount} einmalig, lohnt nach %n Aufruf</numerusform>
            <numerusform>{amount} einmalig, lohnt nach %n Aufrufen</numerusform>
        </translation>
    </message>
    <message>
        <source>{rule} with effort {effort}</source>
        <translation>{rule}, Aufwand {effort}</translation>
    </message>
    <message>
        <source>{tried}; it cannot pay, because it costs no less</source>
        <translation>{tried}; kann nicht lohnen, denn es kostet nicht weniger</translation>
    </message>
    <message>
        <source>{tried}; unproven: it has to work {needed} of the time to pay, and so far only {sure} is sure enough</source>
        <translation>{tried}; unbewiesen: Es lohnt, wenn es in {needed} der Fälle gelingt; sicher genug sind bisher {sure}</translation>
    </message>
    <message>
        <source>{tried}; what is known of such work is enough</source>
        <translation>{tried}; was über solche Arbeit bekannt ist, genügt</translation>
    </message>
    <message>
        <source>{tried}; withdrawn, because it went wrong too often</source>
        <translation>{tried}; zurückgezogen, weil es zu oft schiefging</translation>
    </message>
    <message numerus="yes">
        <source>{what} on {asked}: {calls} cost {now} in the last %n day(s); on {model} {then}.</source>
        <translation>
            <numerusform>{what}: {calls} mit {asked} kosteten am letzten Tag {now}; mit {model} {then}.</numerusform>
            <numerusform>{what}: {calls} mit {asked} kosteten in den letzten %n Tagen {now}; mit {model} {then}.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{what} on {asked}: {calls} took {now} of API value out of your plan&apos;s window in the last %n day(s); on {model} {then}. How the window weighs models is not published; list prices are assumed.</source>
        <translation>
            <numerusform>{what}: {calls} mit {asked} nahmen am letzten Tag {now} API-Wert aus dem Fenster des Plans; mit {model} {then}. Wie das Fenster Modelle gewichtet, ist nicht veröffentlicht; angenommen sind Listenpreise.</numerusform>
            <numerusform>{what}: {calls} mit {asked} nahmen in den letzten %n Tagen {now} API-Wert aus dem Fenster des Plans; mit {model} {then}. Wie das Fenster Modelle gewichtet, ist nicht veröffentlicht; angenommen sind Listenpreise.</numerusform>
        </translation>
    </message>
    <message>
        <source>{what} to {model}?</source>
        <translation>{what} an {model}?</translation>
    </message>
    <message>
        <source>≈ {share} of what staying uses of the window, if that counts list prices</source>
        <translation>≈&#xa0;{share} dessen, was Bleiben vom Fenster verbraucht, falls es Listenpreise zählt</translation>
    </message>
</context>
<context>
    <name>said</name>
    <message numerus="yes">
        <source>%n call(s)</source>
        <translation>
            <numerusform>1 Aufruf</numerusform>
            <numerusform>%n Aufrufe</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n model(s) new</source>
        <translation>
            <numerusform>1 Modell neu</numerusform>
            <numerusform>%n Modelle neu</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n other model(s)</source>
        <translation>
            <numerusform>1 weiteren Modell</numerusform>
            <numerusform>%n weiteren Modellen</numerusform>
        </translation>
    </message>
    <message>
        <source>1 call of {model} since {day} is now priced: {amount}</source>
        <translation>1 Aufruf von {model} seit {day} hat jetzt einen Preis: {amount}</translation>
    </message>
    <message>
        <source>1 price is held back</source>
        <translation>1 Preis wird zurückgehalten</translation>
    </message>
    <message>
        <source>A ChatGPT login in opencode has a fixed address; its calls are not counted.</source>
        <translation>Eine ChatGPT-Anmeldung in opencode hat eine feste Adresse; ihre Aufrufe werden nicht gezählt.</translation>
    </message>
    <message>
        <source>A budget is lifted for a second to a year; it holds again when its next period begins.</source>
        <translation>Ein Budget lässt sich für eine Sekunde bis ein Jahr aufheben; mit seinem nächsten Zeitraum gilt es wieder.</translation>
    </message>
    <message>
        <source>A company&apos;s plan has a host of its own: say so once, `spendlight upstream set copilot=https://api.business.githubcopilot.com` (or api.enterprise.githubcopilot.com).</source>
        <translation>Der Tarif einer Firma hat einen eigenen Host: einmal festlegen, `spendlight upstream set copilot=https://api.business.githubcopilot.com` (oder api.enterprise.githubcopilot.com).</translation>
    </message>
    <message>
        <source>A contract&apos;s price cannot be used</source>
        <translation>Der Preis eines Vertrags ist nicht verwendbar</translation>
    </message>
    <message>
        <source>A currency&apos;s rate cannot be used</source>
        <translation>Der Kurs einer Währung ist nicht verwendbar</translation>
    </message>
    <message>
        <source>A deployment is mapped to a model that nobody knows</source>
        <translation>Ein Deployment ist einem Modell zugeordnet, das niemand kennt</translation>
    </message>
    <message>
        <source>A folder cannot be written</source>
        <translation>In einen Ordner lässt sich nicht schreiben</translation>
    </message>
    <message>
        <source>A key is one word of 8 to 4096 plain letters, digits and signs.</source>
        <translation>Ein Schlüssel ist ein Wort aus 8 bis 4096 einfachen Buchstaben, Ziffern und Zeichen.</translation>
    </message>
    <message>
        <source>A kind of call is one of: {kinds}.</source>
        <translation>Arten von Aufrufen sind: {kinds}.</translation>
    </message>
    <message>
        <source>A model can be used for everything, one session or one project.</source>
        <translation>Ein Modell lässt sich für alles, für eine Sitzung oder für ein Projekt wählen.</translation>
    </message>
    <message>
        <source>A name or a date is written as text.</source>
        <translation>Ein Name oder ein Datum wird als Text geschrieben.</translation>
    </message>
    <message>
        <source>A new price book ({version}) is in use</source>
        <translation>Ein neues Preisbuch ({version}) wird verwendet</translation>
    </message>
    <message>
        <source>A pause lasts a second to seven days.</source>
        <translation>Eine Pause dauert eine Sekunde bis sieben Tage.</translation>
    </message>
    <message>
        <source>A price names no model</source>
        <translation>Ein Preis nennt kein Modell</translation>
    </message>
    <message>
        <source>A price of your own cannot be used</source>
        <translation>Ein eigener Preis ist nicht verwendbar</translation>
    </message>
    <message>
        <source>A profile is in one team at a time.</source>
        <translation>Ein Profil gehört immer nur zu einem Team.</translation>
    </message>
    <message>
        <source>A program that gives its SDK an address of its own is not led; neither is Mistral&apos;s SDK, which reads no variable (give it `server_url`, from `spendlight url mistral`).</source>
        <translation>Ein Programm, das seinem SDK selbst eine Adresse gibt, wird nicht geführt; ebenso wenig das SDK von Mistral, das keine Variable liest (ihm `server_url` geben, aus `spendlight url mistral`).</translation>
    </message>
    <message>
        <source>A project whose own .aider.conf.yml has `set-env` goes past Spendlight: its list replaces yours.</source>
        <translation>Ein Projekt, dessen eigene .aider.conf.yml ein `set-env` hat, geht an Spendlight vorbei: Seine Liste ersetzt die andere.</translation>
    </message>
    <message>
        <source>A provider that you add later is counted once you connect again; opencode&apos;s own Zen models are not.</source>
        <translation>Ein später hinzugefügter Anbieter zählt nach dem nächsten Verbinden; die Zen-Modelle von opencode selbst zählen nicht.</translation>
    </message>
    <message>
        <source>A request is a JSON object.</source>
        <translation>Eine Anfrage ist ein JSON-Objekt.</translation>
    </message>
    <message>
        <source>A request is one line of JSON.</source>
        <translation>Eine Anfrage ist eine Zeile JSON.</translation>
    </message>
    <message>
        <source>A rule can be for: {scopes}.</source>
        <translation>Eine Regel kann gelten für: {scopes}.</translation>
    </message>
    <message>
        <source>A rule lasts a second to a year.</source>
        <translation>Eine Regel gilt für eine Sekunde bis ein Jahr.</translation>
    </message>
    <message>
        <source>A task type is one of: {types}.</source>
        <translation>Arten von Aufgaben sind: {types}.</translation>
    </message>
    <message>
        <source>Add a model with a key of your own to its config.yaml, and connect again.</source>
        <translation>In seine config.yaml ein Modell mit eigenem Schlüssel eintragen und neu verbinden.</translation>
    </message>
    <message>
        <source>Add one with `spendlight upstream set {vendor}=https://…`.</source>
        <translation>Mit `spendlight upstream set {vendor}=https://…` eine anlegen.</translation>
    </message>
    <message>
        <source>Addresses in a project&apos;s own crushrc or crush.json win; its calls are then not counted.</source>
        <translation>Adressen in einer crushrc oder crush.json des Projekts gelten zuerst; solche Aufrufe werden dann nicht gezählt.</translation>
    </message>
    <message>
        <source>After a reboot it starts with your first login, also one over SSH. What runs without any login (cron, system services) finds it only after `{command}`, which starts it at boot.</source>
        <translation>Nach einem Neustart läuft es ab der ersten Anmeldung, auch einer über SSH. Was ohne Anmeldung läuft (cron, Systemdienste), findet es erst nach `{command}`; dann startet es beim Booten.</translation>
    </message>
    <message>
        <source>Alibaba&apos;s Coding and Token Plans have hosts of their own: each needs a route once.</source>
        <translation>Die Coding- und Token-Tarife von Alibaba haben eigene Hosts: Jeder braucht einmal eine Route.</translation>
    </message>
    <message>
        <source>All loopback ports from {first} to {last} are taken.</source>
        <translation>Alle lokalen Ports von {first} bis {last} sind belegt.</translation>
    </message>
    <message>
        <source>An agreement cannot be used</source>
        <translation>Eine Vereinbarung ist nicht verwendbar</translation>
    </message>
    <message>
        <source>An argument is missing or wrong.</source>
        <translation>Ein Argument fehlt oder ist falsch.</translation>
    </message>
    <message>
        <source>An effort is one of: {order}.</source>
        <translation>Stufen des Aufwands sind: {order}.</translation>
    </message>
    <message>
        <source>Another Spendlight engine has {name} open.</source>
        <translation>Eine andere Spendlight-Engine hat {name} geöffnet.</translation>
    </message>
    <message>
        <source>Another Spendlight is changing keys</source>
        <translation>Ein anderes Spendlight ändert gerade Schlüssel</translation>
    </message>
    <message>
        <source>Another Spendlight is editing</source>
        <translation>Ein anderes Spendlight ändert gerade Dateien</translation>
    </message>
    <message>
        <source>Another program listens on 127.0.0.1:{port} or [::1]:{port}, where your tools look for Spendlight.</source>
        <translation>Ein anderes Programm lauscht auf 127.0.0.1:{port} oder [::1]:{port}, wo die Tools Spendlight suchen.</translation>
    </message>
    <message>
        <source>As long as it does not run, connected tools reach nobody. `spendlight autostart on` changes that.</source>
        <translation>Solange es nicht läuft, erreichen verbundene Tools niemanden. `spendlight autostart on` ändert das.</translation>
    </message>
    <message>
        <source>Ask again from the beginning.</source>
        <translation>Noch einmal von vorn abfragen.</translation>
    </message>
    <message>
        <source>Ask its owner to change it.</source>
        <translation>Wem es gehört, der kann es ändern.</translation>
    </message>
    <message>
        <source>Azure OpenAI&apos;s SDK is led once its route is known: spendlight upstream set azure=https://….openai.azure.com. Where a program reads no variable, put an address into its settings: `spendlight url anthropic`, `spendlight url openai` (ends in /v1), `spendlight url gemini`, or `spendlight url any` for all three; --tool NAME gives its calls that name.</source>
        <translation>Das SDK von Azure OpenAI wird geführt, sobald seine Route bekannt ist: spendlight upstream set azure=https://….openai.azure.com. Wo ein Programm keine Variable liest, eine Adresse in seine Einstellungen setzen: `spendlight url anthropic`, `spendlight url openai` (endet auf /v1), `spendlight url gemini`, oder `spendlight url any` für alle drei; --tool NAME gibt seinen Aufrufen diesen Namen.</translation>
    </message>
    <message>
        <source>Budget {name!r}</source>
        <translation>Budget „{name}“</translation>
    </message>
    <message>
        <source>Budget {name!r} for you: {limit} {period}</source>
        <translation>Eigenes Budget „{name}“: {limit} {period}</translation>
    </message>
    <message>
        <source>Budget {name!r} of the team: {limit} {period}</source>
        <translation>Budget „{name}“ des Teams: {limit} {period}</translation>
    </message>
    <message>
        <source>Budget {name!r}, shared: {limit} {period}</source>
        <translation>Gemeinsames Budget „{name}“: {limit} {period}</translation>
    </message>
    <message>
        <source>By hand: {rest}</source>
        <translation>Von Hand: {rest}</translation>
    </message>
    <message>
        <source>COPILOT_API_URL is set in this shell and wins over its settings.</source>
        <translation>COPILOT_API_URL ist in dieser Shell gesetzt und gilt vor den Einstellungen.</translation>
    </message>
    <message>
        <source>Calls go on meanwhile. `spendlight doctor` shows details.</source>
        <translation>Aufrufe laufen solange weiter. Einzelheiten zeigt `spendlight doctor`.</translation>
    </message>
    <message>
        <source>Calls of {models} and others stay unpriced.</source>
        <translation>Aufrufe von {models} und anderen bleiben ohne Preis.</translation>
    </message>
    <message>
        <source>Calls of {models} stay unpriced.</source>
        <translation>Aufrufe von {models} bleiben ohne Preis.</translation>
    </message>
    <message>
        <source>Calls on a JetBrains AI plan go to JetBrains&apos; own service; no setting for another address is known. With your own key (Settings, Tools, AI Assistant, its providers, OpenAI-compatible) it takes one: paste what `spendlight url openai --tool jetbrains-ai` prints.</source>
        <translation>Aufrufe in einem Tarif von JetBrains AI gehen zum Dienst von JetBrains; eine Einstellung für eine andere Adresse ist nicht bekannt. Mit einem eigenen Schlüssel (Settings, Tools, AI Assistant, seine Anbieter, OpenAI-compatible) nimmt es eine an: einfügen, was `spendlight url openai --tool jetbrains-ai` ausgibt.</translation>
    </message>
    <message>
        <source>Choose another with --name.</source>
        <translation>Mit --name einen anderen wählen.</translation>
    </message>
    <message>
        <source>Choose the API key once with its /auth command, or: spendlight connect gemini-cli</source>
        <translation>Mit /auth dort einmal den API-Schlüssel wählen, oder: spendlight connect gemini-cli</translation>
    </message>
    <message>
        <source>Cline in an editor keeps its settings inside the editor: tick `Use custom base URL` at the provider and paste what `spendlight url anthropic --tool cline` prints (openai, gemini likewise).</source>
        <translation>Cline in einem Editor behält seine Einstellungen dort: beim Anbieter `Use custom base URL` ankreuzen und einfügen, was `spendlight url anthropic --tool cline` ausgibt (ebenso openai, gemini).</translation>
    </message>
    <message>
        <source>Cline&apos;s own accounts and ChatGPT logins have a fixed address and are not counted.</source>
        <translation>Die eigenen Konten von Cline und Anmeldungen bei ChatGPT haben eine feste Adresse und werden nicht gezählt.</translation>
    </message>
    <message>
        <source>Close that program and try again.</source>
        <translation>Dieses Programm schließen und noch einmal versuchen.</translation>
    </message>
    <message>
        <source>Codex goes through a provider of your own</source>
        <translation>Codex nutzt einen selbst eingerichteten Anbieter</translation>
    </message>
    <message>
        <source>Commitment {name!r} with {vendor}</source>
        <translation>Zusage „{name}“ an {vendor}</translation>
    </message>
    <message>
        <source>Connect it with --mode {chosen}, or choose another way with its /auth command first. If it was `connect` that chose: spendlight disconnect gemini-cli, and connect again.</source>
        <translation>Mit --mode {chosen} verbinden oder erst mit /auth dort eine andere Art wählen. War es `connect`, das gewählt hat: spendlight disconnect gemini-cli, dann neu verbinden.</translation>
    </message>
    <message>
        <source>Contract rate: {vendor}</source>
        <translation>Vertragspreis: {vendor}</translation>
    </message>
    <message>
        <source>Copy it again from the vendor&apos;s page.</source>
        <translation>Noch einmal von der Seite des Anbieters kopieren.</translation>
    </message>
    <message>
        <source>Correct `[[prices]]` or `[deployments]` in the settings, or use `spendlight prices set` and `map`.</source>
        <translation>`[[prices]]` oder `[deployments]` in den Einstellungen berichtigen, oder `spendlight prices set` und `map` nutzen.</translation>
    </message>
    <message>
        <source>Correct it in the settings.</source>
        <translation>In den Einstellungen berichtigen.</translation>
    </message>
    <message>
        <source>Correct it, or move it away to go back to the defaults.</source>
        <translation>Berichtigen oder wegbewegen; dann gelten die Vorgaben.</translation>
    </message>
    <message>
        <source>Disconnect one of them: spendlight disconnect {name}</source>
        <translation>Eines davon trennen: spendlight disconnect {name}</translation>
    </message>
    <message>
        <source>End that program, or choose another number for `proxy.port` in the settings.</source>
        <translation>Dieses Programm beenden oder in den Einstellungen eine andere Nummer für `proxy.port` wählen.</translation>
    </message>
    <message>
        <source>End that program, or set `proxy.port` to a free number and connect your tools again.</source>
        <translation>Dieses Programm beenden, oder `proxy.port` auf eine freie Nummer setzen und die Tools neu verbinden.</translation>
    </message>
    <message>
        <source>End that program; Spendlight waits for the port. Or lead the tools back: {rescue} restore --all</source>
        <translation>Dieses Programm beenden; Spendlight wartet auf den Port. Oder die Tools zurückführen: {rescue} restore --all</translation>
    </message>
    <message>
        <source>Every call, also one with your own key or with `Override OpenAI Base URL`, goes to Cursor&apos;s servers first; these cannot reach an address on your machine. What it costs stands on Cursor&apos;s own dashboard.</source>
        <translation>Jeder Aufruf, auch einer mit eigenem Schlüssel oder mit `Override OpenAI Base URL`, geht zuerst zu Cursors Servern; diese erreichen keine Adresse auf diesem Rechner. Was er kostet, steht auf Cursors eigener Seite.</translation>
    </message>
    <message>
        <source>Every program that new shells start and that reads these variables comes here, also Claude Code and Gemini CLI, with what that costs them (`spendlight tools claude-code`).</source>
        <translation>Jedes Programm, das neue Shells starten und das diese Variablen liest, kommt hierher, auch Claude Code und Gemini CLI, mit den Folgen für sie (`spendlight tools claude-code`).</translation>
    </message>
    <message>
        <source>For such work ({what}) two of the last ten turns had to be done again or were complained about, so the rule rests. `spendlight rules resume` starts it again.</source>
        <translation>Bei solcher Arbeit ({what}) mussten zwei der letzten zehn Züge wiederholt werden oder wurden bemängelt; daher ruht die Regel. Mit `spendlight rules resume` gilt sie wieder.</translation>
    </message>
    <message>
        <source>Free some space and start Spendlight again.</source>
        <translation>Platz schaffen und Spendlight neu starten.</translation>
    </message>
    <message>
        <source>Gemini CLI has not been told how it signs in</source>
        <translation>Gemini CLI weiß noch nicht, wie es sich anmeldet</translation>
    </message>
    <message>
        <source>Gemini CLI signs in another way</source>
        <translation>Gemini CLI meldet sich auf andere Art an</translation>
    </message>
    <message>
        <source>Gemini models go to Google directly, unmetered: llm-gemini has no setting for its address.</source>
        <translation>Modelle von Gemini gehen direkt zu Google, nicht erfasst: llm-gemini hat keine Einstellung für die Adresse.</translation>
    </message>
    <message>
        <source>Give it a key first, such as `cline auth --provider anthropic`, and connect again.</source>
        <translation>Erst einen Schlüssel geben, etwa mit `cline auth --provider anthropic`, und neu verbinden.</translation>
    </message>
    <message>
        <source>Give it as VENDOR=URL, such as anthropic=https://gateway.example.com/anthropic.</source>
        <translation>In der Form VENDOR=URL angeben, etwa anthropic=https://gateway.example.com/anthropic.</translation>
    </message>
    <message>
        <source>Give its full name, with --vendor if Spendlight does not know its price.</source>
        <translation>Den ganzen Namen angeben, mit --vendor, falls Spendlight seinen Preis nicht kennt.</translation>
    </message>
    <message>
        <source>Give one another name.</source>
        <translation>Einer davon einen anderen Namen geben.</translation>
    </message>
    <message>
        <source>Give that place a vendor&apos;s own address, such as `spendlight url anthropic` prints, and connect again.</source>
        <translation>Dort die Adresse eines Anbieters eintragen, wie `spendlight url anthropic` sie ausgibt, und neu verbinden.</translation>
    </message>
    <message>
        <source>Give the address of the vendor or of your gateway.</source>
        <translation>Die Adresse des Anbieters oder des Gateways angeben.</translation>
    </message>
    <message>
        <source>If you want it edited: chmod u+w {folder}</source>
        <translation>Falls er geändert werden soll: chmod u+w {folder}</translation>
    </message>
    <message>
        <source>If you want it edited: chmod u+w {real}. Else make that change yourself.</source>
        <translation>Falls sie geändert werden soll: chmod u+w {real}. Sonst von Hand ändern.</translation>
    </message>
    <message>
        <source>In folders that you have not trusted it takes the key from that file and leaves the address: with a virtual key its calls then fail. Trust the folder, or start it there with `spendlight run -- gemini`.</source>
        <translation>In Ordnern, denen nicht vertraut wurde, nimmt es den Schlüssel aus dieser Datei, aber nicht die Adresse: Mit einem virtuellen Schlüssel schlagen Aufrufe dann fehl. Dem Ordner vertrauen, oder es dort mit `spendlight run -- gemini` starten.</translation>
    </message>
    <message>
        <source>Install Spendlight again to meter them.</source>
        <translation>Zum Erfassen Spendlight neu installieren.</translation>
    </message>
    <message>
        <source>Install Spendlight again, or undo everything: {rescue} restore --all</source>
        <translation>Spendlight neu installieren, oder alles rückgängig machen: {rescue} restore --all</translation>
    </message>
    <message>
        <source>Install Spendlight again.</source>
        <translation>Spendlight neu installieren.</translation>
    </message>
    <message>
        <source>Install Spendlight again; `spendlight restore --all` then undoes everything.</source>
        <translation>Spendlight neu installieren; `spendlight restore --all` macht dann alles rückgängig.</translation>
    </message>
    <message>
        <source>It asks for {wanted} or newer; this is {version}. Syncing goes on.</source>
        <translation>Es verlangt {wanted} oder neuer; hier läuft {version}. Das Abgleichen geht weiter.</translation>
    </message>
    <message>
        <source>It could not keep its port either ({why}), so your tools were led back to their vendors.</source>
        <translation>Auch der Port ließ sich nicht halten ({why}); die Tools wurden daher zu ihren Anbietern zurückgeführt.</translation>
    </message>
    <message>
        <source>It did not answer.</source>
        <translation>Es kam keine Antwort.</translation>
    </message>
    <message>
        <source>It gets its port and its token when it is started for the first time.</source>
        <translation>Port und Token entstehen beim ersten Start.</translation>
    </message>
    <message>
        <source>It has been at it for a minute; perhaps the keyring asks it for a password.</source>
        <translation>Seit einer Minute schon; vielleicht fragt der Schlüsselbund nach einem Passwort.</translation>
    </message>
    <message>
        <source>It has been changing tools&apos; files for ten seconds.</source>
        <translation>Seit zehn Sekunden ändert es Dateien von Tools.</translation>
    </message>
    <message>
        <source>It is fetched again by itself; `spendlight prices update --now` does it at once.</source>
        <translation>Es wird von selbst neu geholt; sofort mit `spendlight prices update --now`.</translation>
    </message>
    <message>
        <source>It is heard with the next call.</source>
        <translation>Mit dem nächsten Aufruf ist es bekannt.</translation>
    </message>
    <message>
        <source>It is no longer made, or a rule does it already.</source>
        <translation>Er wird nicht mehr gemacht, oder eine Regel tut es schon.</translation>
    </message>
    <message>
        <source>It is not known whether it arrived: {why}</source>
        <translation>Ob es ankam, ist nicht bekannt: {why}</translation>
    </message>
    <message>
        <source>It is put in again only when you ask for it.</source>
        <translation>Nur auf Wunsch wird es wieder eingetragen.</translation>
    </message>
    <message>
        <source>It is tried again every minute. {log} says why it ends.</source>
        <translation>Jede Minute wird es neu versucht. Warum sie endet, steht in {log}.</translation>
    </message>
    <message>
        <source>It keeps its settings inside VS Code, where no program should write. In its provider settings tick `Use custom base URL` and paste what `spendlight url anthropic --tool roo` prints (openai, gemini likewise).</source>
        <translation>Es behält seine Einstellungen in VS Code, wo kein Programm schreiben sollte. In den Einstellungen des Anbieters `Use custom base URL` ankreuzen und einfügen, was `spendlight url anthropic --tool roo` ausgibt (ebenso openai, gemini).</translation>
    </message>
    <message>
        <source>It lies in the keyring, which does not give it.</source>
        <translation>Er liegt im Schlüsselbund, und der gibt ihn nicht heraus.</translation>
    </message>
    <message>
        <source>It looks like https://team.example/join#… and holds once; ask for another one.</source>
        <translation>Eine Einladung hat die Form https://team.example/join#… und gilt einmal; eine neue lässt sich erbitten.</translation>
    </message>
    <message>
        <source>It reads a single `.env` file: in a project that has one of its own, and in folders that you do not trust, its calls go to Google directly and are not counted. `spendlight run -- gemini` counts everywhere.</source>
        <translation>Es liest eine einzige `.env`-Datei: In einem Projekt mit einer eigenen, und in Ordnern ohne Vertrauen, gehen seine Aufrufe direkt zu Google und werden nicht gezählt. `spendlight run -- gemini` zählt überall.</translation>
    </message>
    <message>
        <source>It speaks plain HTTPS instead of WebSocket: each turn sends its whole context.</source>
        <translation>Es spricht einfaches HTTPS statt WebSocket: Jeder Zug sendet den ganzen Kontext.</translation>
    </message>
    <message>
        <source>It stands for a real key already; only a real one can be kept.</source>
        <translation>Er steht schon für einen echten Schlüssel; nur ein echter lässt sich aufbewahren.</translation>
    </message>
    <message>
        <source>It starts at boot, before anybody logs in.</source>
        <translation>Es startet beim Booten, noch vor jeder Anmeldung.</translation>
    </message>
    <message>
        <source>It starts with a login at the desktop only: after a reboot with a login over SSH alone, run `spendlight` first.</source>
        <translation>Es startet nur mit einer Anmeldung am Desktop: Nach einem Neustart mit einer Anmeldung allein über SSH zuerst `spendlight` aufrufen.</translation>
    </message>
    <message>
        <source>It wants totals by {dimensions}, too. It is told nothing of that until you agree.</source>
        <translation>Gewünscht sind Summen auch nach {dimensions}. Davon wird bis zur Zustimmung nichts mitgeteilt.</translation>
    </message>
    <message>
        <source>It was not mailed</source>
        <translation>Es ging keine Mail hinaus</translation>
    </message>
    <message>
        <source>It was not removed since Spendlight started.</source>
        <translation>Seit dem Start von Spendlight wurde sie nicht entfernt.</translation>
    </message>
    <message>
        <source>It was written, looked at and taken back: {found}.</source>
        <translation>Es wurde geschrieben, geprüft und zurückgenommen: {found}.</translation>
    </message>
    <message>
        <source>Its ChatGPT and GitHub Copilot logins go to their vendors directly and are not counted.</source>
        <translation>Anmeldungen bei ChatGPT und GitHub Copilot gehen direkt zu ihren Anbietern und werden nicht gezählt.</translation>
    </message>
    <message>
        <source>Its calls go to Windsurf&apos;s own service; no setting for another address is known. Extensions inside it, such as Cline, can be led here by their own settings.</source>
        <translation>Seine Aufrufe gehen zum Dienst von Windsurf; eine Einstellung für eine andere Adresse ist nicht bekannt. Erweiterungen darin, etwa Cline, lassen sich über ihre eigenen Einstellungen hierher führen.</translation>
    </message>
    <message>
        <source>Its format is number {found}; this version knows formats up to {known}. Nothing was changed.</source>
        <translation>Das Format hat die Nummer {found}; diese Version kennt Formate bis {known}. Nichts wurde geändert.</translation>
    </message>
    <message>
        <source>Its guard ended at once (exit code {code}).</source>
        <translation>Der Wächter endete sofort (Exit-Code {code}).</translation>
    </message>
    <message>
        <source>Its guard serves this profile (process {pid}).</source>
        <translation>Sein Wächter bedient dieses Profil (Prozess {pid}).</translation>
    </message>
    <message>
        <source>Its guard serves this profile.</source>
        <translation>Sein Wächter bedient dieses Profil.</translation>
    </message>
    <message>
        <source>Its guard still runs {wait} seconds after it was asked to end.</source>
        <translation>Sein Wächter läuft {wait} Sekunden nach der Bitte um ein Ende noch immer.</translation>
    </message>
    <message>
        <source>Its lines are: {kinds}.</source>
        <translation>Es gibt die Zeilen: {kinds}.</translation>
    </message>
    <message>
        <source>Its own `/usage` prices the model that was asked for; Spendlight prices the one that answered.</source>
        <translation>Sein eigenes `/usage` rechnet mit dem gewünschten Modell; Spendlight rechnet mit dem, das geantwortet hat.</translation>
    </message>
    <message>
        <source>Its own cost display knows the prices that it was built with; Spendlight has its own price book.</source>
        <translation>Seine eigene Kostenanzeige kennt die Preise, mit denen es gebaut wurde; Spendlight hat sein eigenes Preisbuch.</translation>
    </message>
    <message>
        <source>Its port was not served within {wait} seconds. It keeps trying.</source>
        <translation>Nach {wait} Sekunden wurde der Port noch nicht bedient. Es wird weiter versucht.</translation>
    </message>
    <message>
        <source>Its vendor has not said how much of {name!r} is used.</source>
        <translation>Der Anbieter hat nicht gesagt, wie viel von „{name}“ verbraucht ist.</translation>
    </message>
    <message>
        <source>Known are: {names}.</source>
        <translation>Bekannt sind: {names}.</translation>
    </message>
    <message>
        <source>Let it rip only meters. Choose Balanced or Frugal first.</source>
        <translation>„Nur zählen“ ändert nichts. Erst „Ausgewogen“ oder „Sparsam“ wählen.</translation>
    </message>
    <message>
        <source>Look again in a moment with `spendlight status`.</source>
        <translation>Gleich noch einmal mit `spendlight status` nachsehen.</translation>
    </message>
    <message>
        <source>Look at its folder.</source>
        <translation>Den Ordner ansehen.</translation>
    </message>
    <message>
        <source>Look at its rights.</source>
        <translation>Die Rechte ansehen.</translation>
    </message>
    <message>
        <source>Look for a prompt, or try again later.</source>
        <translation>Nach einer Rückfrage suchen oder es später noch einmal versuchen.</translation>
    </message>
    <message>
        <source>Make it a folder that you can write to, or name another place in SPENDLIGHT_HOME.</source>
        <translation>Ihn zu einem beschreibbaren Ordner machen oder in SPENDLIGHT_HOME einen anderen Ort nennen.</translation>
    </message>
    <message>
        <source>Make it anew.</source>
        <translation>Neu anlegen.</translation>
    </message>
    <message>
        <source>Make it writable, or set SPENDLIGHT_HOME to a folder that is.</source>
        <translation>Ihn beschreibbar machen oder SPENDLIGHT_HOME auf einen beschreibbaren Ordner setzen.</translation>
    </message>
    <message>
        <source>Make room, or make the folder writable.</source>
        <translation>Platz schaffen oder den Ordner beschreibbar machen.</translation>
    </message>
    <message>
        <source>Make that change by hand, or simplify that place.</source>
        <translation>Diese Änderung von Hand machen oder die Stelle vereinfachen.</translation>
    </message>
    <message>
        <source>Make that change yourself, or use a symlink.</source>
        <translation>Diese Änderung von Hand machen oder einen Symlink nutzen.</translation>
    </message>
    <message>
        <source>Make that change yourself.</source>
        <translation>Diese Änderung von Hand machen.</translation>
    </message>
    <message>
        <source>Make that folder writable for you, or set SPENDLIGHT_HOME to another folder.</source>
        <translation>Den Ordner beschreibbar machen oder SPENDLIGHT_HOME auf einen anderen setzen.</translation>
    </message>
    <message>
        <source>Make that folder writable for you, or set SPENDLIGHT_HOME to one that is.</source>
        <translation>Den Ordner beschreibbar machen oder SPENDLIGHT_HOME auf einen beschreibbaren setzen.</translation>
    </message>
    <message>
        <source>Make that folder writable, or set SPENDLIGHT_HOME to one that is.</source>
        <translation>Den Ordner beschreibbar machen oder SPENDLIGHT_HOME auf einen beschreibbaren setzen.</translation>
    </message>
    <message>
        <source>Make the folder writable, or set another with `spendlight config set report.folder DIR`.</source>
        <translation>Den Ordner beschreibbar machen oder mit `spendlight config set report.folder DIR` einen anderen wählen.</translation>
    </message>
    <message>
        <source>Map it again with `spendlight prices map`, or set the price with `spendlight prices set`.</source>
        <translation>Mit `spendlight prices map` neu zuordnen oder mit `spendlight prices set` den Preis festlegen.</translation>
    </message>
    <message>
        <source>Mend it, or lead opencode by its settings file: spendlight connect opencode</source>
        <translation>Berichtigen oder opencode über seine Einstellungsdatei führen: spendlight connect opencode</translation>
    </message>
    <message>
        <source>Mend or remove the link.</source>
        <translation>Den Link berichtigen oder entfernen.</translation>
    </message>
    <message>
        <source>Mend that and try again.</source>
        <translation>Das beheben und noch einmal versuchen.</translation>
    </message>
    <message>
        <source>Mend the link.</source>
        <translation>Den Link berichtigen.</translation>
    </message>
    <message>
        <source>Metering is off</source>
        <translation>Die Erfassung ist aus</translation>
    </message>
    <message>
        <source>Mode: {mode}</source>
        <translation>Stufe: {mode}</translation>
    </message>
    <message>
        <source>Mode: {mode}, for all</source>
        <translation>Stufe: {mode}, für alle</translation>
    </message>
    <message>
        <source>Models of Continue&apos;s own service are not counted.</source>
        <translation>Modelle des Dienstes von Continue selbst werden nicht gezählt.</translation>
    </message>
    <message>
        <source>Models of other services (OpenRouter, DeepSeek, Mistral …) go there directly, unmetered.</source>
        <translation>Modelle anderer Dienste (OpenRouter, DeepSeek, Mistral …) gehen direkt dorthin, nicht erfasst.</translation>
    </message>
    <message>
        <source>Models that its own service describes (`uses`) are not counted.</source>
        <translation>Modelle, die sein eigener Dienst beschreibt (`uses`), werden nicht gezählt.</translation>
    </message>
    <message>
        <source>Models without an `api_base` of their own are left as they are.</source>
        <translation>Modelle ohne eigenes `api_base` bleiben, wie sie sind.</translation>
    </message>
    <message>
        <source>Models: {models}; others are refused</source>
        <translation>Modelle: {models}; andere werden abgelehnt</translation>
    </message>
    <message>
        <source>Models: {models}; others are told to you</source>
        <translation>Modelle: {models}; andere werden gemeldet</translation>
    </message>
    <message>
        <source>Name a model, or an effort.</source>
        <translation>Ein Modell oder einen Aufwand nennen.</translation>
    </message>
    <message>
        <source>Name the route that the key belongs to, such as anthropic, openai or gemini.</source>
        <translation>Die Route nennen, zu der der Schlüssel gehört, etwa anthropic, openai oder gemini.</translation>
    </message>
    <message>
        <source>Name the service once, `spendlight upstream set NAME=https://…`, and connect again.</source>
        <translation>Den Dienst einmal nennen, `spendlight upstream set NAME=https://…`, und neu verbinden.</translation>
    </message>
    <message>
        <source>Name the vendor: nothing has been called today.</source>
        <translation>Den Anbieter nennen: Heute gab es noch keinen Aufruf.</translation>
    </message>
    <message>
        <source>Neither the price book {version} nor you have a price for {model!r}, so {mapped!r} would stay unpriced.</source>
        <translation>Für „{model}“ gibt es weder im Preisbuch {version} noch unter den eigenen Preisen einen; „{mapped}“ bliebe ohne Preis.</translation>
    </message>
    <message>
        <source>Newer versions always ask OpenAI&apos;s own host by its Responses API; any other address only for models that they know to need it, and by Chat Completions for the rest.</source>
        <translation>Neuere Versionen fragen immer den Host von OpenAI mit dessen Responses-API; eine andere Adresse nur für Modelle, von denen sie es wissen, und für die übrigen mit Chat Completions.</translation>
    </message>
    <message>
        <source>No Python was found outside of Spendlight&apos;s own environment; if that goes, nobody can say so.</source>
        <translation>Außerhalb von Spendlights eigener Umgebung wurde kein Python gefunden; geht diese verloren, kann es niemand sagen.</translation>
    </message>
    <message>
        <source>No folder is set.</source>
        <translation>Es ist kein Ordner eingestellt.</translation>
    </message>
    <message>
        <source>No free port</source>
        <translation>Kein freier Port</translation>
    </message>
    <message>
        <source>No key of {title} stands in its files</source>
        <translation>In den Dateien von {title} steht kein Schlüssel</translation>
    </message>
    <message>
        <source>No password of the mail server is kept; `spendlight mail password` keeps one.</source>
        <translation>Es ist kein Passwort des Mailservers gespeichert; `spendlight mail password` speichert eines.</translation>
    </message>
    <message>
        <source>No project is known: name its folder.</source>
        <translation>Es ist kein Projekt bekannt: seinen Ordner nennen.</translation>
    </message>
    <message>
        <source>No rule is called {name!r} now.</source>
        <translation>Zurzeit heißt keine Regel „{name}“.</translation>
    </message>
    <message>
        <source>No rule is called {name!r}; it may have ended.</source>
        <translation>Keine Regel heißt „{name}“; vielleicht ist sie beendet.</translation>
    </message>
    <message>
        <source>No session is known: no tool with one has called today.</source>
        <translation>Es ist keine Sitzung bekannt: Heute hat kein Tool mit einer aufgerufen.</translation>
    </message>
    <message>
        <source>No such address</source>
        <translation>Diese Adresse gibt es nicht</translation>
    </message>
    <message>
        <source>No supported setting leads Copilot&apos;s own models to another address. Models with a key of your own do take one (Manage Models, Add Models, Custom Endpoint): their `url` is what `spendlight url openai --tool vscode-copilot` prints, with /chat/completions behind it. What a plan has used stands on GitHub&apos;s page; GitHub Copilot CLI can be led here: `spendlight connect copilot`.</source>
        <translation>Keine unterstützte Einstellung führt die Modelle von Copilot selbst zu einer anderen Adresse. Modelle mit eigenem Schlüssel nehmen eine an (Manage Models, Add Models, Custom Endpoint): als `url` das, was `spendlight url openai --tool vscode-copilot` ausgibt, mit /chat/completions dahinter. Was ein Tarif verbraucht hat, steht auf GitHubs Seite; GitHub Copilot CLI lässt sich hierher führen: `spendlight connect copilot`.</translation>
    </message>
    <message>
        <source>No turn of the last hours was served by another model than was asked for.</source>
        <translation>Kein Zug der letzten Stunden kam von einem anderen Modell als dem gewünschten.</translation>
    </message>
    <message>
        <source>Nobody knows that model</source>
        <translation>Dieses Modell kennt niemand</translation>
    </message>
    <message>
        <source>Nobody restarts a guard that was killed before the next login, but `spendlight`.</source>
        <translation>Einen Wächter, der vor der nächsten Anmeldung getötet wurde, startet nur `spendlight` wieder.</translation>
    </message>
    <message>
        <source>None is set up yet.</source>
        <translation>Noch ist keiner eingerichtet.</translation>
    </message>
    <message>
        <source>None of llm&apos;s own models goes to a service that is a route here</source>
        <translation>Keines der eigenen Modelle von llm nutzt einen Dienst, der hier eine Route ist</translation>
    </message>
    <message>
        <source>Nothing answers at {path}.</source>
        <translation>Unter {path} antwortet nichts.</translation>
    </message>
    <message>
        <source>Nothing is called {key!r}.</source>
        <translation>„{key}“ gibt es nicht.</translation>
    </message>
    <message>
        <source>Nothing is called {name!r}. There is: {names}.</source>
        <translation>„{name}“ gibt es nicht. Es gibt: {names}.</translation>
    </message>
    <message>
        <source>Nothing is known of that window yet</source>
        <translation>Über dieses Fenster ist noch nichts bekannt</translation>
    </message>
    <message>
        <source>Nothing is to be done; `spendlight status` shows it.</source>
        <translation>Nichts ist zu tun; `spendlight status` zeigt es.</translation>
    </message>
    <message>
        <source>Nothing leaves this machine.</source>
        <translation>Nichts verlässt diesen Rechner.</translation>
    </message>
    <message>
        <source>Nothing like {wanted!r} goes with the models in use today.</source>
        <translation>Nichts wie „{wanted}“ passt zu den Modellen, die heute genutzt werden.</translation>
    </message>
    <message>
        <source>Nothing was shown yet</source>
        <translation>Noch wurde nichts gezeigt</translation>
    </message>
    <message>
        <source>On OpenAI models it streams without asking for the usage, so those calls are estimates; with `spendlight config set metering.ask_usage true` Spendlight asks in its place, and they are exact.</source>
        <translation>Bei Modellen von OpenAI streamt es, ohne nach dem Verbrauch zu fragen; solche Aufrufe sind geschätzt. Mit `spendlight config set metering.ask_usage true` fragt Spendlight an seiner Stelle, und sie sind genau.</translation>
    </message>
    <message>
        <source>On Windows no start file is written</source>
        <translation>Unter Windows wird keine Startdatei geschrieben</translation>
    </message>
    <message>
        <source>On Windows the start at login is written, but was never tried.</source>
        <translation>Unter Windows wird der Start bei der Anmeldung geschrieben, wurde aber nie erprobt.</translation>
    </message>
    <message>
        <source>One of its keys belongs to no one vendor</source>
        <translation>Einer der Schlüssel gehört zu keinem bestimmten Anbieter</translation>
    </message>
    <message>
        <source>Only a key there can be swapped; a login, or what a shell exports, stays as it is.</source>
        <translation>Nur ein Schlüssel dort lässt sich tauschen; eine Anmeldung, oder was eine Shell exportiert, bleibt, wie es ist.</translation>
    </message>
    <message>
        <source>Other programs that read ANTHROPIC_BASE_URL or OPENAI_BASE_URL come here too from new shells, and all of them are told apart by their SDK only.</source>
        <translation>Andere Programme, die ANTHROPIC_BASE_URL oder OPENAI_BASE_URL lesen, kommen aus neuen Shells auch hierher, und alle unterscheidet nur ihr SDK.</translation>
    </message>
    <message>
        <source>Other providers, and agents that it starts (Claude Code, Codex …), do not use these addresses.</source>
        <translation>Andere Anbieter und Agenten, die es startet (Claude Code, Codex …), nutzen diese Adressen nicht.</translation>
    </message>
    <message>
        <source>Port {port} cannot be used</source>
        <translation>Port {port} ist nicht verwendbar</translation>
    </message>
    <message>
        <source>Port {port} is taken</source>
        <translation>Port {port} ist belegt</translation>
    </message>
    <message>
        <source>Prices arrived</source>
        <translation>Preise sind da</translation>
    </message>
    <message>
        <source>Put a regular file in its place.</source>
        <translation>Eine gewöhnliche Datei an ihre Stelle legen.</translation>
    </message>
    <message>
        <source>Put it back from a copy, or remove it and give the tools their real keys.</source>
        <translation>Aus einer Kopie zurückholen, oder entfernen und den Tools ihre echten Schlüssel geben.</translation>
    </message>
    <message>
        <source>Python&apos;s SQLite is too old</source>
        <translation>Das SQLite dieses Python ist zu alt</translation>
    </message>
    <message>
        <source>Real keys cannot be had</source>
        <translation>Echte Schlüssel sind nicht erreichbar</translation>
    </message>
    <message>
        <source>Remote Control is off, and so are the features that it keeps for its vendor&apos;s own host: the cache that is shared over sessions, and some betas.</source>
        <translation>Remote Control ist aus, ebenso was es dem Host seines Anbieters vorbehält: der über Sitzungen geteilte Cache und einige Betas.</translation>
    </message>
    <message>
        <source>Remove it, and connect those tools again.</source>
        <translation>Entfernen und diese Tools neu verbinden.</translation>
    </message>
    <message>
        <source>Remove it, or correct its owner and mode (0700).</source>
        <translation>Entfernen, oder Besitzer und Rechte berichtigen (0700).</translation>
    </message>
    <message>
        <source>Remove some with `spendlight rules remove ID`.</source>
        <translation>Mit `spendlight rules remove ID` einige entfernen.</translation>
    </message>
    <message>
        <source>Requests signed with AWS keys fail.</source>
        <translation>Mit AWS-Schlüsseln signierte Anfragen schlagen fehl.</translation>
    </message>
    <message>
        <source>Savings are told for 1 to {most} days.</source>
        <translation>Ersparnisse gibt es für 1 bis {most} Tage.</translation>
    </message>
    <message>
        <source>Say so once, and connect again: spendlight upstream set vertex=https://{host}.googleapis.com</source>
        <translation>Einmal festlegen und neu verbinden: spendlight upstream set vertex=https://{host}.googleapis.com</translation>
    </message>
    <message>
        <source>Say so once: spendlight upstream set {vendor}=https://…</source>
        <translation>Einmal festlegen: spendlight upstream set {vendor}=https://…</translation>
    </message>
    <message>
        <source>See trayapp/control.py.</source>
        <translation>Siehe trayapp/control.py.</translation>
    </message>
    <message>
        <source>Set `proxy.port` to a free number.</source>
        <translation>`proxy.port` auf eine freie Nummer setzen.</translation>
    </message>
    <message>
        <source>Set `proxy.port` to another number, for example 27410.</source>
        <translation>`proxy.port` auf eine andere Nummer setzen, etwa 27410.</translation>
    </message>
    <message>
        <source>Set `proxy.port` to {first} and start Spendlight anew, connect the tools again, or lead them back with `spendlight restore --all`.</source>
        <translation>`proxy.port` auf {first} setzen und Spendlight neu starten, die Tools neu verbinden, oder sie mit `spendlight restore --all` zurückführen.</translation>
    </message>
    <message>
        <source>Set a key for Anthropic, OpenAI, Google, OpenRouter, DeepSeek, Groq, Mistral or xAI with `opencode auth login`, or in the environment, and connect again.</source>
        <translation>Mit `opencode auth login` oder in der Umgebung einen Schlüssel für Anthropic, OpenAI, Google, OpenRouter, DeepSeek, Groq, Mistral oder xAI setzen und neu verbinden.</translation>
    </message>
    <message>
        <source>Something went wrong in Spendlight ({kind}).</source>
        <translation>In Spendlight ging etwas schief ({kind}).</translation>
    </message>
    <message>
        <source>Speech (transcription and reading aloud) has addresses of its own and goes past Spendlight.</source>
        <translation>Sprache (Mitschrift und Vorlesen) hat eigene Adressen und geht an Spendlight vorbei.</translation>
    </message>
    <message>
        <source>Spendlight answered in the vendor&apos;s place: {code}</source>
        <translation>Spendlight antwortete anstelle des Anbieters: {code}</translation>
    </message>
    <message>
        <source>Spendlight cannot use its folder</source>
        <translation>Spendlight kann seinen Ordner nicht nutzen</translation>
    </message>
    <message>
        <source>Spendlight cannot write its ledger in {folder}.</source>
        <translation>Spendlight kann sein Kassenbuch in {folder} nicht schreiben.</translation>
    </message>
    <message>
        <source>Spendlight could not be started</source>
        <translation>Spendlight ließ sich nicht starten</translation>
    </message>
    <message>
        <source>Spendlight did not stop</source>
        <translation>Spendlight hat nicht angehalten</translation>
    </message>
    <message>
        <source>Spendlight does not know where calls to {vendor!r} go.</source>
        <translation>Spendlight weiß nicht, wohin Aufrufe an „{vendor}“ gehen.</translation>
    </message>
    <message>
        <source>Spendlight does not start at login: you start it yourself.</source>
        <translation>Spendlight startet nicht bei der Anmeldung: Es wird von Hand gestartet.</translation>
    </message>
    <message>
        <source>Spendlight ended while it was on its way.</source>
        <translation>Spendlight endete, während es unterwegs war.</translation>
    </message>
    <message>
        <source>Spendlight has no address yet</source>
        <translation>Spendlight hat noch keine Adresse</translation>
    </message>
    <message>
        <source>Spendlight is already running</source>
        <translation>Spendlight läuft schon</translation>
    </message>
    <message>
        <source>Spendlight is not running</source>
        <translation>Spendlight läuft nicht</translation>
    </message>
    <message>
        <source>Spendlight is slow to start</source>
        <translation>Spendlight startet langsam</translation>
    </message>
    <message>
        <source>Spendlight keeps it at {path}; the system answered {why}.</source>
        <translation>Spendlight führt es in {path}; das System antwortete: {why}.</translation>
    </message>
    <message>
        <source>Spendlight no longer starts at login: no tool needs it</source>
        <translation>Spendlight startet nicht mehr bei der Anmeldung: Kein Tool braucht es</translation>
    </message>
    <message>
        <source>Spendlight only meters now</source>
        <translation>Spendlight zählt zurzeit nur</translation>
    </message>
    <message>
        <source>Spendlight starts at login: {why} ({path}).</source>
        <translation>Spendlight startet bei der Anmeldung: {why} ({path}).</translation>
    </message>
    <message>
        <source>Spendlight would not be there after the next login</source>
        <translation>Nach der nächsten Anmeldung wäre Spendlight nicht da</translation>
    </message>
    <message>
        <source>Spendlight&apos;s engine cannot work (exit code {code}). Your tools keep working; nothing is metered.</source>
        <translation>Spendlights Engine kann nicht arbeiten (Exit-Code {code}). Die Tools arbeiten weiter; nichts wird erfasst.</translation>
    </message>
    <message>
        <source>Spendlight&apos;s engine did not answer</source>
        <translation>Spendlights Engine hat nicht geantwortet</translation>
    </message>
    <message>
        <source>Spendlight&apos;s engine ended again and again before it was ready ({how}). Your tools keep working; nothing is metered.</source>
        <translation>Spendlights Engine endete immer wieder, bevor sie bereit war ({how}). Die Tools arbeiten weiter; nichts wird erfasst.</translation>
    </message>
    <message>
        <source>Spendlight&apos;s ledger needs SQLite 3.37 or newer, with its JSON functions; this Python brings {version}.</source>
        <translation>Spendlights Kassenbuch braucht SQLite 3.37 oder neuer mit seinen JSON-Funktionen; dieses Python bringt {version} mit.</translation>
    </message>
    <message>
        <source>Spendlight&apos;s program is gone</source>
        <translation>Spendlights Programm ist weg</translation>
    </message>
    <message>
        <source>Spendlight&apos;s run folder is not yours alone</source>
        <translation>Spendlights Laufzeitordner ist auch anderen zugänglich</translation>
    </message>
    <message>
        <source>Start it with `spendlight`.</source>
        <translation>Mit `spendlight` starten.</translation>
    </message>
    <message>
        <source>Take `model_provider` out and connect again; or give that provider the address that `spendlight url openai --tool codex` prints, where its vendor speaks OpenAI&apos;s language.</source>
        <translation>`model_provider` herausnehmen und neu verbinden; oder diesem Anbieter die Adresse geben, die `spendlight url openai --tool codex` ausgibt, wenn er die Sprache von OpenAI spricht.</translation>
    </message>
    <message>
        <source>Take a new key from the vendor; `spendlight keys remove {name}` forgets this one.</source>
        <translation>Einen neuen Schlüssel vom Anbieter holen; `spendlight keys remove {name}` vergisst diesen.</translation>
    </message>
    <message>
        <source>Take that right away: chmod go-w {folder}</source>
        <translation>Dieses Recht wegnehmen: chmod go-w {folder}</translation>
    </message>
    <message>
        <source>Take that right away: chmod go-w {real}</source>
        <translation>Dieses Recht wegnehmen: chmod go-w {real}</translation>
    </message>
    <message>
        <source>Tell Spendlight of that place, `spendlight upstream set NAME={url}`, and connect again.</source>
        <translation>Spendlight diesen Ort nennen, `spendlight upstream set NAME={url}`, und neu verbinden.</translation>
    </message>
    <message>
        <source>Tell Spendlight to send its calls there, `spendlight upstream set {vendor}={url}`, and connect again; or, to go to the vendor from now on, connect with --replace-address.</source>
        <translation>Spendlight die Aufrufe dorthin senden lassen, `spendlight upstream set {vendor}={url}`, und neu verbinden; oder, um von jetzt an zum Anbieter zu gehen, mit --replace-address verbinden.</translation>
    </message>
    <message>
        <source>Tell whoever keeps your team&apos;s server.</source>
        <translation>Wer den Server des Teams betreut, sollte es erfahren.</translation>
    </message>
    <message>
        <source>That budget cannot be kept</source>
        <translation>Dieses Budget ist nicht verwendbar</translation>
    </message>
    <message>
        <source>That cannot be asked</source>
        <translation>Das lässt sich nicht abfragen</translation>
    </message>
    <message>
        <source>That cannot be switched</source>
        <translation>Hier lässt sich nicht umschalten</translation>
    </message>
    <message>
        <source>That comes from your team. Pause it, where the team allows that.</source>
        <translation>Das kommt vom Team. Pausieren geht, wo das Team es erlaubt.</translation>
    </message>
    <message>
        <source>That comes with the mode. Pause it, or choose the mode balanced.</source>
        <translation>Das gehört zur Stufe. Pausieren, oder die Stufe „Ausgewogen“ wählen.</translation>
    </message>
    <message>
        <source>That did not work</source>
        <translation>Das ging nicht</translation>
    </message>
    <message>
        <source>That effort</source>
        <translation>Dieser Aufwand</translation>
    </message>
    <message>
        <source>That file could not be written</source>
        <translation>Diese Datei ließ sich nicht schreiben</translation>
    </message>
    <message>
        <source>That file does not come to rest</source>
        <translation>Diese Datei kommt nicht zur Ruhe</translation>
    </message>
    <message>
        <source>That file is not edited</source>
        <translation>Diese Datei wird nicht geändert</translation>
    </message>
    <message>
        <source>That is a key of Spendlight&apos;s own</source>
        <translation>Das ist ein Schlüssel von Spendlight selbst</translation>
    </message>
    <message>
        <source>That is no invitation</source>
        <translation>Das ist keine Einladung</translation>
    </message>
    <message>
        <source>That is no key of Spendlight&apos;s</source>
        <translation>Das ist kein Schlüssel von Spendlight</translation>
    </message>
    <message>
        <source>That is no name</source>
        <translation>Das ist kein Name</translation>
    </message>
    <message>
        <source>That is no rule</source>
        <translation>Das ist keine Regel</translation>
    </message>
    <message>
        <source>That is no time for a report</source>
        <translation>Das ist keine Zeit für einen Bericht</translation>
    </message>
    <message>
        <source>That is not a key</source>
        <translation>Das ist kein Schlüssel</translation>
    </message>
    <message>
        <source>That is too long</source>
        <translation>Das ist zu lang</translation>
    </message>
    <message>
        <source>That model has no price</source>
        <translation>Dieses Modell hat keinen Preis</translation>
    </message>
    <message>
        <source>That name cannot be used</source>
        <translation>Dieser Name ist nicht verwendbar</translation>
    </message>
    <message>
        <source>That rule cannot be brought back</source>
        <translation>Diese Regel lässt sich nicht zurückholen</translation>
    </message>
    <message>
        <source>That suggestion is over</source>
        <translation>Dieser Vorschlag ist vorbei</translation>
    </message>
    <message>
        <source>That upstream cannot be used</source>
        <translation>Diese Zieladresse ist nicht verwendbar</translation>
    </message>
    <message>
        <source>That upstream is Spendlight itself</source>
        <translation>Diese Zieladresse ist Spendlight selbst</translation>
    </message>
    <message>
        <source>That value cannot be used</source>
        <translation>Dieser Wert ist nicht verwendbar</translation>
    </message>
    <message>
        <source>That vendor has no keys</source>
        <translation>Dieser Anbieter hat keine Schlüssel</translation>
    </message>
    <message>
        <source>The answer would be too long; ask for fewer rows.</source>
        <translation>Die Antwort würde zu lang; weniger Zeilen abfragen.</translation>
    </message>
    <message>
        <source>The call went out all the same: you have not agreed to refusals. Allowed is: {allowed}.</source>
        <translation>Der Aufruf ging trotzdem hinaus: dem Ablehnen wurde nicht zugestimmt. Erlaubt ist: {allowed}.</translation>
    </message>
    <message>
        <source>The connection to the engine ended before its answer came.</source>
        <translation>Die Verbindung zur Engine endete, bevor ihre Antwort kam.</translation>
    </message>
    <message>
        <source>The device&apos;s key cannot be had now</source>
        <translation>Der Geräteschlüssel ist gerade nicht zu bekommen</translation>
    </message>
    <message>
        <source>The disk does not confirm what is written; a power cut could lose calls.</source>
        <translation>Die Platte bestätigt nicht, was geschrieben wird; bei einem Stromausfall könnten Aufrufe verloren gehen.</translation>
    </message>
    <message>
        <source>The disk is full</source>
        <translation>Die Platte ist voll</translation>
    </message>
    <message>
        <source>The disk is full: {count} entries wait in memory.</source>
        <translation>Die Platte ist voll: {count} Einträge warten im Speicher.</translation>
    </message>
    <message>
        <source>The engine could not answer ({kind}).</source>
        <translation>Die Engine konnte nicht antworten ({kind}).</translation>
    </message>
    <message>
        <source>The engine did not understand</source>
        <translation>Die Engine hat das nicht verstanden</translation>
    </message>
    <message>
        <source>The fetched price book is damaged</source>
        <translation>Das geholte Preisbuch ist beschädigt</translation>
    </message>
    <message>
        <source>The file rules.json is damaged. It lies aside as rules.damaged.json, and no rule is in force.</source>
        <translation>Die Datei rules.json ist beschädigt; sie liegt als rules.damaged.json daneben, und keine Regel gilt.</translation>
    </message>
    <message>
        <source>The journal of edits cannot be written</source>
        <translation>Das Verzeichnis der Änderungen lässt sich nicht schreiben</translation>
    </message>
    <message>
        <source>The ledger cannot be written</source>
        <translation>Das Kassenbuch lässt sich nicht schreiben</translation>
    </message>
    <message>
        <source>The ledger cannot be written ({why}): {count} entries wait in memory.</source>
        <translation>Das Kassenbuch lässt sich nicht schreiben ({why}): {count} Einträge warten im Speicher.</translation>
    </message>
    <message>
        <source>The ledger is from a newer Spendlight</source>
        <translation>Das Kassenbuch stammt von einem neueren Spendlight</translation>
    </message>
    <message>
        <source>The ledger is in use</source>
        <translation>Das Kassenbuch ist in Benutzung</translation>
    </message>
    <message>
        <source>The ledger needs attention</source>
        <translation>Das Kassenbuch braucht Aufmerksamkeit</translation>
    </message>
    <message>
        <source>The ledger was damaged and put aside as {name}; a new one was begun.</source>
        <translation>Das Kassenbuch war beschädigt und liegt als {name} daneben; ein neues wurde begonnen.</translation>
    </message>
    <message>
        <source>The ledger was damaged and put aside as {name}; the copy {copy} took its place.</source>
        <translation>Das Kassenbuch war beschädigt und liegt als {name} daneben; die Kopie {copy} nahm seinen Platz ein.</translation>
    </message>
    <message>
        <source>The line has changed</source>
        <translation>Die Zeile hat sich geändert</translation>
    </message>
    <message>
        <source>The mail could not be sent.</source>
        <translation>Die Mail ließ sich nicht senden.</translation>
    </message>
    <message>
        <source>The mail could not be sent: {why}.</source>
        <translation>Die Mail ließ sich nicht senden: {why}.</translation>
    </message>
    <message>
        <source>The mode is let-it-rip: nothing is changed in it.</source>
        <translation>Die Stufe ist „Nur zählen“: Darin wird nichts geändert.</translation>
    </message>
    <message>
        <source>The one that Spendlight brought along is used instead. {what}</source>
        <translation>Stattdessen gilt das mitgelieferte. {what}</translation>
    </message>
    <message>
        <source>The password of the mail server cannot be had: {why}.</source>
        <translation>Das Passwort des Mailservers ist nicht erreichbar: {why}.</translation>
    </message>
    <message>
        <source>The policy of {team} has expired</source>
        <translation>Die Vorgaben von {team} sind abgelaufen</translation>
    </message>
    <message>
        <source>The price book cannot be read</source>
        <translation>Das Preisbuch lässt sich nicht lesen</translation>
    </message>
    <message>
        <source>The price book {version} does not know {model!r}.</source>
        <translation>Das Preisbuch {version} kennt „{model}“ nicht.</translation>
    </message>
    <message>
        <source>The price of {model!r} ends before it begins</source>
        <translation>Der Preis von „{model}“ endet, bevor er beginnt</translation>
    </message>
    <message>
        <source>The price of {model!r} has a date that is none</source>
        <translation>Der Preis von „{model}“ hat ein Datum, das keines ist</translation>
    </message>
    <message>
        <source>The price of {model!r} has a rate called {name!r}</source>
        <translation>Der Preis von „{model}“ hat einen Satz namens „{name}“</translation>
    </message>
    <message>
        <source>The price of {model!r} has a vendor that is no name</source>
        <translation>Der Preis von „{model}“ nennt einen Anbieter, der kein Name ist</translation>
    </message>
    <message>
        <source>The price of {model!r} has no rates</source>
        <translation>Der Preis von „{model}“ hat keine Sätze</translation>
    </message>
    <message>
        <source>The rate {name!r} of {model!r} is no number</source>
        <translation>Der Satz „{name}“ von „{model}“ ist keine Zahl</translation>
    </message>
    <message>
        <source>The rate {name!r} of {model!r} is no price</source>
        <translation>Der Satz „{name}“ von „{model}“ ist kein Preis</translation>
    </message>
    <message>
        <source>The rate {name!r} of {model!r} is too high to be meant</source>
        <translation>Der Satz „{name}“ von „{model}“ ist zu hoch, um gemeint zu sein</translation>
    </message>
    <message>
        <source>The real key cannot be had now</source>
        <translation>Der echte Schlüssel ist gerade nicht erreichbar</translation>
    </message>
    <message>
        <source>The real key is gone</source>
        <translation>Der echte Schlüssel ist weg</translation>
    </message>
    <message>
        <source>The register does not know it.</source>
        <translation>Das Verzeichnis kennt ihn nicht.</translation>
    </message>
    <message>
        <source>The register of keys cannot be read</source>
        <translation>Das Verzeichnis der Schlüssel lässt sich nicht lesen</translation>
    </message>
    <message>
        <source>The register of virtual keys cannot be read</source>
        <translation>Das Verzeichnis der virtuellen Schlüssel lässt sich nicht lesen</translation>
    </message>
    <message>
        <source>The row behind which to go on is not counted any more.</source>
        <translation>Die Zeile, hinter der es weitergehen soll, zählt nicht mehr dazu.</translation>
    </message>
    <message>
        <source>The rules cannot be kept</source>
        <translation>Die Regeln lassen sich nicht aufbewahren</translation>
    </message>
    <message>
        <source>The rules cannot be written</source>
        <translation>Die Regeln lassen sich nicht schreiben</translation>
    </message>
    <message>
        <source>The server has not been reached for so long. What you have set yourself holds.</source>
        <translation>So lange war der Server nicht zu erreichen. Es gelten die eigenen Einstellungen.</translation>
    </message>
    <message>
        <source>The settings cannot be written</source>
        <translation>Die Einstellungen lassen sich nicht schreiben</translation>
    </message>
    <message>
        <source>The settings file cannot be used</source>
        <translation>Die Einstellungsdatei ist nicht verwendbar</translation>
    </message>
    <message>
        <source>The shells there read none that is known to Spendlight.</source>
        <translation>Die Shells dort lesen keine, die Spendlight kennt.</translation>
    </message>
    <message>
        <source>The system refused 127.0.0.1:{port} ({why}).</source>
        <translation>Das System verweigerte 127.0.0.1:{port} ({why}).</translation>
    </message>
    <message>
        <source>The system refused to start {name}: {why}.</source>
        <translation>Das System verweigerte den Start von {name}: {why}.</translation>
    </message>
    <message>
        <source>The team was not reached</source>
        <translation>Das Team war nicht zu erreichen</translation>
    </message>
    <message>
        <source>The team&apos;s server did not do that</source>
        <translation>Der Server des Teams hat das nicht getan</translation>
    </message>
    <message>
        <source>The vendor answered {status}, so the call went out again as it was asked for. The rule rests for some minutes.</source>
        <translation>Der Anbieter antwortete {status}; der Aufruf ging daher wie gewünscht noch einmal hinaus. Die Regel ruht einige Minuten.</translation>
    </message>
    <message>
        <source>The vendor answered {status}, so the call went out again as it was asked for. The rule rests; `spendlight rules resume` starts it again.</source>
        <translation>Der Anbieter antwortete {status}; der Aufruf ging daher wie gewünscht noch einmal hinaus. Die Regel ruht; mit `spendlight rules resume` gilt sie wieder.</translation>
    </message>
    <message>
        <source>The waste ledger has no line {kind!r}.</source>
        <translation>Die Verschwendungsliste hat keine Zeile „{kind}“.</translation>
    </message>
    <message>
        <source>The weekly summary could not be written</source>
        <translation>Die Wochenübersicht ließ sich nicht schreiben</translation>
    </message>
    <message>
        <source>The weekly summary was not mailed</source>
        <translation>Die Wochenübersicht ging nicht per Mail hinaus</translation>
    </message>
    <message>
        <source>The {what} is {text!r}</source>
        <translation>Bei {what} steht „{text}“</translation>
    </message>
    <message>
        <source>There are too many rules</source>
        <translation>Es sind zu viele Regeln</translation>
    </message>
    <message>
        <source>There is no route called {vendor!r}. Known are: {names}.</source>
        <translation>Eine Route „{vendor}“ gibt es nicht. Bekannt sind: {names}.</translation>
    </message>
    <message>
        <source>There is no route for that yet</source>
        <translation>Dafür gibt es noch keine Route</translation>
    </message>
    <message>
        <source>There is no such budget</source>
        <translation>Dieses Budget gibt es nicht</translation>
    </message>
    <message>
        <source>There is no such consent</source>
        <translation>Diese Zustimmung gibt es nicht</translation>
    </message>
    <message>
        <source>There is no such edit</source>
        <translation>Diese Änderung gibt es nicht</translation>
    </message>
    <message>
        <source>There is no such key</source>
        <translation>Diesen Schlüssel gibt es nicht</translation>
    </message>
    <message>
        <source>There is no such line</source>
        <translation>Diese Zeile gibt es nicht</translation>
    </message>
    <message>
        <source>There is no such mode</source>
        <translation>Diese Art gibt es nicht</translation>
    </message>
    <message>
        <source>There is no such rule</source>
        <translation>Diese Regel gibt es nicht</translation>
    </message>
    <message>
        <source>There is no such setting</source>
        <translation>Diese Einstellung gibt es nicht</translation>
    </message>
    <message>
        <source>There is no such verb.</source>
        <translation>Diesen Befehl gibt es nicht.</translation>
    </message>
    <message>
        <source>There is nothing to judge</source>
        <translation>Es gibt nichts zu beurteilen</translation>
    </message>
    <message>
        <source>There is only {consent}.</source>
        <translation>Es gibt nur {consent}.</translation>
    </message>
    <message>
        <source>This login&apos;s plan pays for it. Another model would save window, not money, and the vendor&apos;s terms may not want it; `routing.subscriptions` turns it on.</source>
        <translation>Für diese Anmeldung zahlt ein Tarif. Ein anderes Modell würde Fenster sparen, kein Geld, und den Bedingungen des Anbieters ist es vielleicht nicht recht; `routing.subscriptions` schaltet es ein.</translation>
    </message>
    <message>
        <source>To put it in again: spendlight connect {name} --again</source>
        <translation>Um es wieder einzutragen: spendlight connect {name} --again</translation>
    </message>
    <message>
        <source>Tools look for Spendlight at another port</source>
        <translation>Tools suchen Spendlight an einem anderen Port</translation>
    </message>
    <message>
        <source>Tools that hold virtual keys may hear 503.</source>
        <translation>Tools mit virtuellen Schlüsseln hören vielleicht 503.</translation>
    </message>
    <message>
        <source>Try again later; `spendlight team status` shows how it stands.</source>
        <translation>Später noch einmal versuchen; `spendlight team status` zeigt den Stand.</translation>
    </message>
    <message>
        <source>Try again; `spendlight doctor` looks for the cause.</source>
        <translation>Noch einmal versuchen; `spendlight doctor` sucht die Ursache.</translation>
    </message>
    <message>
        <source>Try again; if it stays so, `spendlight doctor` looks for the cause.</source>
        <translation>Noch einmal versuchen; bleibt es so, sucht `spendlight doctor` die Ursache.</translation>
    </message>
    <message>
        <source>Try again; if it stays so, end the process that `spendlight status` names.</source>
        <translation>Noch einmal versuchen; bleibt es so, den Prozess beenden, den `spendlight status` nennt.</translation>
    </message>
    <message>
        <source>Two prices of {where!r} hold at the same time</source>
        <translation>Zwei Preise von „{where}“ gelten zur selben Zeit</translation>
    </message>
    <message>
        <source>Two tools read the same variable</source>
        <translation>Zwei Tools lesen dieselbe Variable</translation>
    </message>
    <message>
        <source>Unknown vendor</source>
        <translation>Unbekannter Anbieter</translation>
    </message>
    <message>
        <source>Unlock the keyring (log in to the desktop) and try again.</source>
        <translation>Den Schlüsselbund entsperren (am Desktop anmelden) und noch einmal versuchen.</translation>
    </message>
    <message>
        <source>Unlock the keyring (log in to the desktop); a call finds them within a minute.</source>
        <translation>Den Schlüsselbund entsperren (am Desktop anmelden); ein Aufruf findet sie binnen einer Minute.</translation>
    </message>
    <message>
        <source>Unlock the keyring and try again.</source>
        <translation>Den Schlüsselbund entsperren und noch einmal versuchen.</translation>
    </message>
    <message>
        <source>Update Spendlight, or start it with another SPENDLIGHT_HOME.</source>
        <translation>Spendlight aktualisieren oder mit einem anderen SPENDLIGHT_HOME starten.</translation>
    </message>
    <message>
        <source>Update Spendlight.</source>
        <translation>Spendlight aktualisieren.</translation>
    </message>
    <message>
        <source>Use a current Python 3.11, 3.12 or 3.13.</source>
        <translation>Ein aktuelles Python 3.11, 3.12 oder 3.13 nutzen.</translation>
    </message>
    <message>
        <source>Use the one that runs, or stop it with `spendlight stop`.</source>
        <translation>Die laufende nutzen oder mit `spendlight stop` anhalten.</translation>
    </message>
    <message>
        <source>Vertex AI has a host for each location</source>
        <translation>Vertex AI hat für jeden Ort einen eigenen Host</translation>
    </message>
    <message>
        <source>Wait until it is done.</source>
        <translation>Warten, bis es fertig ist.</translation>
    </message>
    <message>
        <source>What was in that file before cannot be had now</source>
        <translation>Der frühere Inhalt dieser Datei ist gerade nicht erreichbar</translation>
    </message>
    <message>
        <source>Which model is meant?</source>
        <translation>Welches Modell ist gemeint?</translation>
    </message>
    <message>
        <source>Who agrees has to have seen what would leave.</source>
        <translation>Vor dem Zustimmen muss gezeigt worden sein, was hinausginge.</translation>
    </message>
    <message>
        <source>With an address of its own it then refuses to start.</source>
        <translation>Mit einer eigenen Adresse verweigert es dann den Start.</translation>
    </message>
    <message>
        <source>Write a week as 2026-W48, a month as 2026-11, days as 2026-11-03.</source>
        <translation>Eine Woche als 2026-W48 schreiben, einen Monat als 2026-11, Tage als 2026-11-03.</translation>
    </message>
    <message>
        <source>Written from Zed&apos;s documentation, not tried with Zed itself.</source>
        <translation>Nach Zeds Dokumentation geschrieben, nicht mit Zed selbst erprobt.</translation>
    </message>
    <message>
        <source>Written from goose&apos;s documentation, not tried with goose itself.</source>
        <translation>Nach der Dokumentation von goose geschrieben, nicht mit goose selbst erprobt.</translation>
    </message>
    <message>
        <source>You are in a team already</source>
        <translation>Es besteht schon ein Team</translation>
    </message>
    <message>
        <source>You are in no team</source>
        <translation>Es besteht kein Team</translation>
    </message>
    <message>
        <source>You have taken this out before</source>
        <translation>Das wurde hier schon einmal herausgenommen</translation>
    </message>
    <message>
        <source>Your rules could not be read</source>
        <translation>Die Regeln ließen sich nicht lesen</translation>
    </message>
    <message>
        <source>Your team decides that</source>
        <translation>Das entscheidet das Team</translation>
    </message>
    <message>
        <source>Your team does not let this device in any more</source>
        <translation>Das Team lässt dieses Gerät nicht mehr ein</translation>
    </message>
    <message>
        <source>Your team&apos;s policy was not taken</source>
        <translation>Die Vorgaben des Teams wurden nicht übernommen</translation>
    </message>
    <message>
        <source>Zed keeps a key in the keychain for one address: type it in once more after connecting, or give it by ANTHROPIC_API_KEY, OPENAI_API_KEY, GEMINI_API_KEY, MISTRAL_API_KEY. After disconnecting the old one holds again.</source>
        <translation>Zed behält im Schlüsselbund einen Schlüssel für eine Adresse: ihn nach dem Verbinden noch einmal eingeben oder mit ANTHROPIC_API_KEY, OPENAI_API_KEY, GEMINI_API_KEY, MISTRAL_API_KEY angeben. Nach dem Trennen gilt wieder der alte.</translation>
    </message>
    <message>
        <source>Zed&apos;s hosted models, Copilot, and agents that it starts (Claude Code, Codex …) do not use these addresses.</source>
        <translation>Zeds gehostete Modelle, Copilot und Agenten, die es startet (Claude Code, Codex …), nutzen diese Adressen nicht.</translation>
    </message>
    <message>
        <source>`cn` takes no notice of a Gemini model&apos;s address and calls Google directly; the variable that `spendlight url gemini --tool continue --env` prints leads it here.</source>
        <translation>`cn` beachtet die Adresse eines Gemini-Modells nicht und ruft Google direkt auf; die Variable, die `spendlight url gemini --tool continue --env` ausgibt, führt es hierher.</translation>
    </message>
    <message>
        <source>`copilotUrl` is in no document of GitHub&apos;s; a later version may take no notice of it.</source>
        <translation>`copilotUrl` steht in keinem Dokument von GitHub; eine spätere Version beachtet es vielleicht nicht.</translation>
    </message>
    <message>
        <source>`ollama serve` reads OLLAMA_HOST too and cannot start from such a shell; as a service it can.</source>
        <translation>Auch `ollama serve` liest OLLAMA_HOST und startet aus einer solchen Shell nicht; als Dienst geht es.</translation>
    </message>
    <message>
        <source>`report.mail_to` and `report.smtp` have to be set both.</source>
        <translation>`report.mail_to` und `report.smtp` müssen beide gesetzt sein.</translation>
    </message>
    <message>
        <source>`spendlight budget set --help` shows what one may hold.</source>
        <translation>Was darin stehen kann, zeigt `spendlight budget set --help`.</translation>
    </message>
    <message>
        <source>`spendlight budget` lists all.</source>
        <translation>`spendlight budget` zeigt alle.</translation>
    </message>
    <message>
        <source>`spendlight config set routing.subscriptions true` turns it on.</source>
        <translation>`spendlight config set routing.subscriptions true` schaltet es ein.</translation>
    </message>
    <message>
        <source>`spendlight config` lists all.</source>
        <translation>`spendlight config` zeigt alle.</translation>
    </message>
    <message>
        <source>`spendlight doctor` looks for the cause.</source>
        <translation>`spendlight doctor` sucht die Ursache.</translation>
    </message>
    <message>
        <source>`spendlight keys add VENDOR` makes a virtual key that you put in its place yourself.</source>
        <translation>`spendlight keys add VENDOR` macht einen virtuellen Schlüssel, der sich von Hand an seine Stelle setzen lässt.</translation>
    </message>
    <message>
        <source>`spendlight keys list` says why.</source>
        <translation>Den Grund nennt `spendlight keys list`.</translation>
    </message>
    <message>
        <source>`spendlight keys list` shows the keys that there are.</source>
        <translation>Welche Schlüssel es gibt, zeigt `spendlight keys list`.</translation>
    </message>
    <message>
        <source>`spendlight mail send` sends it now; `spendlight mail` shows what is set.</source>
        <translation>`spendlight mail send` sendet sie jetzt; `spendlight mail` zeigt, was eingestellt ist.</translation>
    </message>
    <message>
        <source>`spendlight mail` shows what is set; `spendlight config set` changes it.</source>
        <translation>`spendlight mail` zeigt, was eingestellt ist; `spendlight config set` ändert es.</translation>
    </message>
    <message>
        <source>`spendlight prices status` shows all; `spendlight prices accept MODEL` takes one.</source>
        <translation>`spendlight prices status` zeigt alle; `spendlight prices accept MODEL` übernimmt einen.</translation>
    </message>
    <message>
        <source>`spendlight prices` lists the models; `spendlight prices set` gives one a price of your own.</source>
        <translation>`spendlight prices` zeigt die Modelle; `spendlight prices set` gibt einem einen eigenen Preis.</translation>
    </message>
    <message>
        <source>`spendlight prices` lists what it knows.</source>
        <translation>Was es kennt, zeigt `spendlight prices`.</translation>
    </message>
    <message>
        <source>`spendlight rules --help` says more.</source>
        <translation>Mehr dazu: `spendlight rules --help`.</translation>
    </message>
    <message>
        <source>`spendlight rules mode balanced` allows it.</source>
        <translation>`spendlight rules mode balanced` erlaubt es.</translation>
    </message>
    <message>
        <source>`spendlight rules` lists all.</source>
        <translation>`spendlight rules` zeigt alle.</translation>
    </message>
    <message>
        <source>`spendlight run -- COMMAND` leads one command through Spendlight and touches no file; `spendlight connect --no-autostart` is for those who start the guard themselves.</source>
        <translation>`spendlight run -- COMMAND` führt einen Befehl über Spendlight und berührt keine Datei; `spendlight connect --no-autostart` ist für alle, die den Wächter selbst starten.</translation>
    </message>
    <message>
        <source>`spendlight run -- COMMAND` leads one start; `spendlight url VENDOR` prints an address.</source>
        <translation>`spendlight run -- COMMAND` führt einen Start über Spendlight; `spendlight url VENDOR` gibt eine Adresse aus.</translation>
    </message>
    <message>
        <source>`spendlight run -- codex` gives the address, your token in it, as an argument, which other users of this machine can read while it runs (on Linux the port refuses them all the same). `spendlight connect codex` gives it in a file.</source>
        <translation>`spendlight run -- codex` übergibt die Adresse mit dem Token darin als Argument, das andere Nutzer dieses Rechners währenddessen lesen können (unter Linux weist der Port sie trotzdem ab). `spendlight connect codex` übergibt sie in einer Datei.</translation>
    </message>
    <message>
        <source>`spendlight suggest` shows what is suggested now.</source>
        <translation>Was jetzt vorgeschlagen wird, zeigt `spendlight suggest`.</translation>
    </message>
    <message>
        <source>`spendlight team agree` shows it and asks.</source>
        <translation>`spendlight team agree` zeigt es und fragt.</translation>
    </message>
    <message>
        <source>`spendlight team agree` shows the exact JSON first.</source>
        <translation>`spendlight team agree` zeigt zuerst das genaue JSON.</translation>
    </message>
    <message>
        <source>`spendlight team join INVITE-URL` joins one.</source>
        <translation>`spendlight team join EINLADUNG` tritt einem bei.</translation>
    </message>
    <message>
        <source>`spendlight team leave` leaves it first.</source>
        <translation>`spendlight team leave` verlässt es zuerst.</translation>
    </message>
    <message>
        <source>`spendlight team status` shows what it decides; `spendlight team leave` ends that.</source>
        <translation>`spendlight team status` zeigt, was es entscheidet; `spendlight team leave` beendet das.</translation>
    </message>
    <message>
        <source>`to` is the first day after</source>
        <translation>`to` ist der erste Tag danach</translation>
    </message>
    <message>
        <source>`used_usd` needs `used_on`, the day from which calls come on top of it.</source>
        <translation>`used_usd` braucht `used_on`, den Tag, von dem an Aufrufe dazukommen.</translation>
    </message>
    <message>
        <source>`{key}` has to be {error}.</source>
        <translation>`{key}` muss so sein: {error}.</translation>
    </message>
    <message>
        <source>`{setting}` is not what it was before: {why}</source>
        <translation>`{setting}` ist nicht, was es vorher war: {why}</translation>
    </message>
    <message>
        <source>`{setting}` was left alone: {why}</source>
        <translation>`{setting}` blieb unberührt: {why}</translation>
    </message>
    <message>
        <source>a day</source>
        <translation>am Tag</translation>
    </message>
    <message>
        <source>a month</source>
        <translation>im Monat</translation>
    </message>
    <message>
        <source>a week</source>
        <translation>in der Woche</translation>
    </message>
    <message>
        <source>all models</source>
        <translation>alle Modelle</translation>
    </message>
    <message>
        <source>all vendors</source>
        <translation>alle Anbieter</translation>
    </message>
    <message>
        <source>an unnamed model</source>
        <translation>einem Modell ohne Namen</translation>
    </message>
    <message>
        <source>any model</source>
        <translation>jedes Modell</translation>
    </message>
    <message>
        <source>as it was, byte for byte</source>
        <translation>wie sie war, Byte für Byte</translation>
    </message>
    <message>
        <source>balanced</source>
        <translation>ausgewogen</translation>
    </message>
    <message>
        <source>could not be started</source>
        <translation>ließ sich nicht starten</translation>
    </message>
    <message>
        <source>exit code {code}</source>
        <translation>Exit-Code {code}</translation>
    </message>
    <message>
        <source>frugal</source>
        <translation>sparsam</translation>
    </message>
    <message>
        <source>give them `from` and `to`</source>
        <translation>ihnen `from` und `to` geben</translation>
    </message>
    <message>
        <source>in {tool}</source>
        <translation>in {tool}</translation>
    </message>
    <message>
        <source>it belongs to {user}</source>
        <translation>sie gehört {user}</translation>
    </message>
    <message>
        <source>it cannot be followed: {why}</source>
        <translation>ihm lässt sich nicht folgen: {why}</translation>
    </message>
    <message>
        <source>it cannot be looked at: {why}</source>
        <translation>sie lässt sich nicht ansehen: {why}</translation>
    </message>
    <message>
        <source>it cannot be read: {why}</source>
        <translation>sie lässt sich nicht lesen: {why}</translation>
    </message>
    <message>
        <source>it ends before it begins.</source>
        <translation>sie endet, bevor sie beginnt.</translation>
    </message>
    <message>
        <source>it has several names (hard links)</source>
        <translation>sie hat mehrere Namen (Hardlinks)</translation>
    </message>
    <message>
        <source>it has to say its `amount_usd`, above 0.</source>
        <translation>sie muss ihr `amount_usd` nennen, über 0.</translation>
    </message>
    <message>
        <source>it has to say its `vendor`.</source>
        <translation>sie muss ihren `vendor` nennen.</translation>
    </message>
    <message>
        <source>it is a link that leads to nothing</source>
        <translation>es ist ein Link ins Leere</translation>
    </message>
    <message>
        <source>it is as it was already</source>
        <translation>sie ist schon, wie sie war</translation>
    </message>
    <message>
        <source>it is damaged</source>
        <translation>sie ist beschädigt</translation>
    </message>
    <message>
        <source>it is larger than 8 MiB</source>
        <translation>sie ist größer als 8 MiB</translation>
    </message>
    <message>
        <source>it is not a regular file</source>
        <translation>sie ist keine gewöhnliche Datei</translation>
    </message>
    <message>
        <source>it is read-only</source>
        <translation>sie ist schreibgeschützt</translation>
    </message>
    <message>
        <source>it lies outside of your home folder (at {real})</source>
        <translation>sie liegt außerhalb des Home-Ordners (in {real})</translation>
    </message>
    <message>
        <source>it says `{field}` twice.</source>
        <translation>sie nennt `{field}` zweimal.</translation>
    </message>
    <message>
        <source>its `match` is no table.</source>
        <translation>ihr `match` ist keine Tabelle.</translation>
    </message>
    <message>
        <source>its `name` has to be a text of 1 to 64 characters.</source>
        <translation>ihr `name` muss ein Text aus 1 bis 64 Zeichen sein.</translation>
    </message>
    <message>
        <source>its `over` is neither &quot;list&quot; nor a table with a price.</source>
        <translation>ihr `over` ist weder „list“ noch eine Tabelle mit einem Preis.</translation>
    </message>
    <message>
        <source>its `period` has to be one of {cycles}.</source>
        <translation>ihr `period` muss eines davon sein: {cycles}.</translation>
    </message>
    <message>
        <source>its `zone` is {name!r}, a time zone that this system does not know.</source>
        <translation>ihr `zone` ist „{name}“, eine Zeitzone, die dieses System nicht kennt.</translation>
    </message>
    <message>
        <source>its `{field}` has to be a date without a time.</source>
        <translation>ihr `{field}` muss ein Datum ohne Uhrzeit sein.</translation>
    </message>
    <message>
        <source>its `{field}` has to be a table of components.</source>
        <translation>ihr `{field}` muss eine Tabelle von Bestandteilen sein.</translation>
    </message>
    <message>
        <source>its `{field}` has to be a text.</source>
        <translation>ihr `{field}` muss ein Text sein.</translation>
    </message>
    <message>
        <source>its `{field}` is {value!r}, which is no amount of USD.</source>
        <translation>ihr `{field}` ist „{value}“, und das ist kein Betrag in USD.</translation>
    </message>
    <message>
        <source>its former value was not kept</source>
        <translation>der frühere Wert wurde nicht aufgehoben</translation>
    </message>
    <message>
        <source>known are {fields}</source>
        <translation>bekannt sind {fields}</translation>
    </message>
    <message>
        <source>leave it out to mean every vendor</source>
        <translation>weglassen, um jeden Anbieter zu meinen</translation>
    </message>
    <message>
        <source>led back, but a former value lies in a keyring that was shut: unlock it and disconnect again</source>
        <translation>zurückgeführt, aber ein früherer Wert liegt in einem verschlossenen Schlüsselbund: ihn entsperren und noch einmal trennen</translation>
    </message>
    <message>
        <source>less than before</source>
        <translation>weniger als zuvor</translation>
    </message>
    <message>
        <source>let-it-rip</source>
        <translation>nur zählen</translation>
    </message>
    <message>
        <source>new shells no longer get its variables; shells that are open keep them</source>
        <translation>neue Shells bekommen die Variablen nicht mehr; offene behalten sie</translation>
    </message>
    <message>
        <source>new shells still get its variables: {why}</source>
        <translation>neue Shells bekommen die Variablen noch: {why}</translation>
    </message>
    <message>
        <source>new shells will no longer get its variables</source>
        <translation>neue Shells werden die Variablen nicht mehr bekommen</translation>
    </message>
    <message>
        <source>no Python from 3.11 on was found that does not belong to Spendlight&apos;s own environment</source>
        <translation>kein Python ab 3.11 wurde gefunden, das nicht zu Spendlights eigener Umgebung gehört</translation>
    </message>
    <message>
        <source>nobody answers at the address in its settings</source>
        <translation>niemand antwortet unter der Adresse in seinen Einstellungen</translation>
    </message>
    <message>
        <source>none</source>
        <translation>nichts</translation>
    </message>
    <message>
        <source>not undone</source>
        <translation>nicht rückgängig gemacht</translation>
    </message>
    <message>
        <source>nothing of ours is in it any more</source>
        <translation>nichts von Spendlight steht noch darin</translation>
    </message>
    <message>
        <source>number {number} in [[{section}]]</source>
        <translation>Nummer {number} in [[{section}]]</translation>
    </message>
    <message>
        <source>number {number} in [[{section}]] ({name})</source>
        <translation>Nummer {number} in [[{section}]] ({name})</translation>
    </message>
    <message>
        <source>opencode&apos;s own variable is not understood</source>
        <translation>Die eigene Variable von opencode ist nicht verständlich</translation>
    </message>
    <message>
        <source>other users can write it</source>
        <translation>andere Nutzer können sie schreiben</translation>
    </message>
    <message>
        <source>other users can write to this folder</source>
        <translation>andere Nutzer können in diesen Ordner schreiben</translation>
    </message>
    <message>
        <source>our keys are taken out; your changes since stay</source>
        <translation>Spendlights Schlüssel sind herausgenommen; was seither geändert wurde, bleibt</translation>
    </message>
    <message>
        <source>removed: it did not exist before</source>
        <translation>entfernt: vorher gab es sie nicht</translation>
    </message>
    <message>
        <source>removed: only our keys were left in it</source>
        <translation>entfernt: nur Spendlights Schlüssel standen noch darin</translation>
    </message>
    <message>
        <source>signal {name}</source>
        <translation>Signal {name}</translation>
    </message>
    <message>
        <source>spendlight tools {name} says what each one means.</source>
        <translation>Was jede bedeutet, sagt spendlight tools {name}.</translation>
    </message>
    <message>
        <source>still leads to Spendlight: this profile&apos;s `connect` did not write it, so it is left alone. Take it out by hand, or the tool reaches nobody while Spendlight does not run</source>
        <translation>führt noch zu Spendlight: `connect` dieses Profils hat es nicht geschrieben, daher bleibt es. Von Hand herausnehmen, sonst erreicht das Tool niemanden, solange Spendlight nicht läuft</translation>
    </message>
    <message>
        <source>stop</source>
        <translation>anhalten</translation>
    </message>
    <message>
        <source>suggest</source>
        <translation>vorschlagen</translation>
    </message>
    <message>
        <source>the contract for {vendor}, {model}</source>
        <translation>der Vertrag für {vendor}, {model}</translation>
    </message>
    <message>
        <source>the contract {name!r}</source>
        <translation>der Vertrag „{name}“</translation>
    </message>
    <message>
        <source>the file is gone</source>
        <translation>die Datei ist weg</translation>
    </message>
    <message>
        <source>the file is gone; nothing to undo</source>
        <translation>die Datei ist weg; nichts rückgängig zu machen</translation>
    </message>
    <message>
        <source>the real key behind {name} is not seen in its files, so it is kept: `spendlight keys remove {name} --print` prints and forgets it</source>
        <translation>der echte Schlüssel hinter {name} ist in den Dateien nicht zu sehen und wird daher behalten: `spendlight keys remove {name} --print` gibt ihn aus und vergisst ihn</translation>
    </message>
    <message>
        <source>the register of virtual keys cannot be read, so none was taken out of use</source>
        <translation>das Verzeichnis der virtuellen Schlüssel lässt sich nicht lesen; keiner wurde aus dem Verkehr gezogen</translation>
    </message>
    <message>
        <source>the whole former file cannot be had: {why}</source>
        <translation>die ganze frühere Datei ist nicht erreichbar: {why}</translation>
    </message>
    <message>
        <source>there is no `{name}` here. Known are {known}.</source>
        <translation>ein `{name}` gibt es hier nicht. Bekannt sind {known}.</translation>
    </message>
    <message>
        <source>this entry of the journal is damaged, so its edit cannot be undone</source>
        <translation>dieser Eintrag ist beschädigt; seine Änderung lässt sich nicht rückgängig machen</translation>
    </message>
    <message>
        <source>this folder belongs to {user}</source>
        <translation>dieser Ordner gehört {user}</translation>
    </message>
    <message>
        <source>two agreements are called {name!r}.</source>
        <translation>zwei Vereinbarungen heißen „{name}“.</translation>
    </message>
    <message>
        <source>unlock it and restore again</source>
        <translation>ihn entsperren und noch einmal zurücksetzen</translation>
    </message>
    <message>
        <source>what Spendlight had set there is gone</source>
        <translation>was Spendlight dort gesetzt hatte, ist weg</translation>
    </message>
    <message>
        <source>what Spendlight had set there was removed or changed</source>
        <translation>was Spendlight dort gesetzt hatte, wurde entfernt oder geändert</translation>
    </message>
    <message>
        <source>write USD per million tokens</source>
        <translation>USD pro Million Token schreiben</translation>
    </message>
    <message>
        <source>write VENDOR/NAME, for example &quot;azure/my-deployment&quot; = &quot;openai/gpt-5.5&quot;</source>
        <translation>VENDOR/NAME schreiben, etwa „azure/my-deployment“ = „openai/gpt-5.5“</translation>
    </message>
    <message>
        <source>write `model = &quot;…&quot;`</source>
        <translation>`model = „…“` schreiben</translation>
    </message>
    <message>
        <source>write at least `input` and `output`</source>
        <translation>wenigstens `input` und `output` schreiben</translation>
    </message>
    <message>
        <source>write it like 2026-11-24</source>
        <translation>es wie 2026-11-24 schreiben</translation>
    </message>
    <message>
        <source>you cannot write to this folder</source>
        <translation>in diesen Ordner lässt sich nicht schreiben</translation>
    </message>
    <message>
        <source>you have changed it</source>
        <translation>es wurde von Hand geändert</translation>
    </message>
    <message>
        <source>you have set it again</source>
        <translation>es wurde von Hand neu gesetzt</translation>
    </message>
    <message>
        <source>you have taken it out</source>
        <translation>es wurde von Hand herausgenommen</translation>
    </message>
    <message>
        <source>you have taken it out by hand</source>
        <translation>es wurde von Hand herausgenommen</translation>
    </message>
    <message>
        <source>{broken}. Calls pass on unmetered.</source>
        <translation>{broken}. Aufrufe laufen nicht erfasst durch.</translation>
    </message>
    <message>
        <source>{broken}. The calls of {tools} pass on unmetered.</source>
        <translation>{broken}. Die Aufrufe von {tools} laufen nicht erfasst durch.</translation>
    </message>
    <message>
        <source>{budget} has reached {percent} %</source>
        <translation>{budget} ist zu {percent}&#xa0;% verbraucht</translation>
    </message>
    <message>
        <source>{budget} is used up</source>
        <translation>{budget} ist aufgebraucht</translation>
    </message>
    <message>
        <source>{budget}; then: suggest (you have not agreed to refused calls)</source>
        <translation>{budget}; danach: vorschlagen (abgelehnten Aufrufen ist nicht zugestimmt)</translation>
    </message>
    <message>
        <source>{budget}; then: {action}</source>
        <translation>{budget}; danach: {action}</translation>
    </message>
    <message>
        <source>{calls} of {models}: {amount}</source>
        <translation>{calls} von {models}: {amount}</translation>
    </message>
    <message>
        <source>{calls} of {model} since {day} are now priced: {amount}</source>
        <translation>{calls} von {model} seit {day} haben jetzt einen Preis: {amount}</translation>
    </message>
    <message>
        <source>{count} calls could not be recorded; today&apos;s total is too low.</source>
        <translation>{count} Aufrufe ließen sich nicht aufzeichnen; die heutige Summe ist zu niedrig.</translation>
    </message>
    <message>
        <source>{count} prices are held back</source>
        <translation>{count} Preise werden zurückgehalten</translation>
    </message>
    <message>
        <source>{edit} is not in effect.</source>
        <translation>{edit} ist nicht in Kraft.</translation>
    </message>
    <message>
        <source>{error}; it was left alone</source>
        <translation>{error}; sie blieb unberührt</translation>
    </message>
    <message>
        <source>{filename}: {why}.</source>
        <translation>{filename}: {why}.</translation>
    </message>
    <message>
        <source>{fix} `spendlight contracts` shows what is understood.</source>
        <translation>{fix} Was davon verstanden wird, zeigt `spendlight contracts`.</translation>
    </message>
    <message>
        <source>{folder} belongs to another user, or others may write to it.</source>
        <translation>{folder} gehört einem anderen Nutzer, oder andere können hineinschreiben.</translation>
    </message>
    <message>
        <source>{folder}: {why}.</source>
        <translation>{folder}: {why}.</translation>
    </message>
    <message>
        <source>{folder}: {why}. Without it no tool&apos;s file is touched.</source>
        <translation>{folder}: {why}. Ohne es wird keine Datei eines Tools berührt.</translation>
    </message>
    <message>
        <source>{held}. {fix}</source>
        <translation>{held}. {fix}</translation>
    </message>
    <message>
        <source>{message} New shells perhaps still get its variables: `spendlight restore --all`</source>
        <translation>{message} Neue Shells bekommen die Variablen vielleicht noch: `spendlight restore --all`</translation>
    </message>
    <message>
        <source>{message} `spendlight autostart on` puts it in again.</source>
        <translation>{message} `spendlight autostart on` trägt es wieder ein.</translation>
    </message>
    <message>
        <source>{message}; {hint}.</source>
        <translation>{message}; {hint}.</translation>
    </message>
    <message>
        <source>{models} changed</source>
        <translation>{models} geändert</translation>
    </message>
    <message>
        <source>{models} names no `api_base` that Spendlight knows.</source>
        <translation>{models} nennt kein `api_base`, das Spendlight kennt.</translation>
    </message>
    <message>
        <source>{model} was refused</source>
        <translation>{model} wurde abgelehnt</translation>
    </message>
    <message>
        <source>{model} went wrong too often</source>
        <translation>{model} lag zu oft daneben</translation>
    </message>
    <message>
        <source>{most} rules are kept.</source>
        <translation>{most} Regeln werden aufbewahrt.</translation>
    </message>
    <message>
        <source>{names} and {count} more</source>
        <translation>{names} und {count} weitere</translation>
    </message>
    <message>
        <source>{names}: led to port {numbers}, but Spendlight has port {port}. They reach nobody there.</source>
        <translation>{names}: zu Port {numbers} geführt, aber Spendlight hat Port {port}. Dort erreichen sie niemanden.</translation>
    </message>
    <message>
        <source>{names}: {why}. Tools that hold the virtual ones hear 503.</source>
        <translation>{names}: {why}. Tools mit den virtuellen Schlüsseln hören 503.</translation>
    </message>
    <message>
        <source>{name} goes to {address} and stays so, uncounted, unless a route of yours goes there: `spendlight upstream set NAME={address}`, then connect again.</source>
        <translation>{name} geht zu {address} und bleibt so, ungezählt, solange keine eigene Route dorthin führt: `spendlight upstream set NAME={address}`, dann neu verbinden.</translation>
    </message>
    <message>
        <source>{name} goes to {url}</source>
        <translation>{name} geht zu {url}</translation>
    </message>
    <message>
        <source>{name} lies in the keyring, and {error}. It is not lost.</source>
        <translation>{name} liegt im Schlüsselbund, und {error}. Verloren ist der Schlüssel nicht.</translation>
    </message>
    <message>
        <source>{name}: neither the keyring nor Spendlight&apos;s files hold it any more.</source>
        <translation>{name}: Weder der Schlüsselbund noch Spendlights Dateien haben ihn noch.</translation>
    </message>
    <message>
        <source>{path} holds a virtual key that this profile does not know: calls with it are refused. Put the real one there.</source>
        <translation>{path} enthält einen virtuellen Schlüssel, den dieses Profil nicht kennt: Aufrufe damit werden abgelehnt. Dort den echten eintragen.</translation>
    </message>
    <message>
        <source>{path} is managed by your administrator and allows signing in by {kind} only.</source>
        <translation>{path} wird zentral verwaltet und erlaubt nur die Anmeldung mit {kind}.</translation>
    </message>
    <message>
        <source>{path} is managed by your administrator and sets the address {address}, which wins.</source>
        <translation>{path} wird zentral verwaltet und setzt die Adresse {address}; sie gilt.</translation>
    </message>
    <message>
        <source>{path} is managed by your administrator and wins over your settings.</source>
        <translation>{path} wird zentral verwaltet und gilt vor den eigenen Einstellungen.</translation>
    </message>
    <message>
        <source>{path} is managed by your administrator; it may forbid changes.</source>
        <translation>{path} wird zentral verwaltet; Änderungen sind vielleicht verboten.</translation>
    </message>
    <message>
        <source>{path}: another program writes it again and again.</source>
        <translation>{path}: Ein anderes Programm schreibt sie immer wieder.</translation>
    </message>
    <message>
        <source>{path}: the address beside it is of the route {vendor!r}, and a virtual key stands for a key of one vendor.</source>
        <translation>{path}: Die Adresse daneben gehört zur Route „{vendor}“, und ein virtueller Schlüssel steht für den Schlüssel eines einzigen Anbieters.</translation>
    </message>
    <message>
        <source>{path}: {left}.</source>
        <translation>{path}: {left}.</translation>
    </message>
    <message>
        <source>{path}: {message}</source>
        <translation>{path}: {message}</translation>
    </message>
    <message>
        <source>{path}: {message}.</source>
        <translation>{path}: {message}.</translation>
    </message>
    <message>
        <source>{path}: {why}.</source>
        <translation>{path}: {why}.</translation>
    </message>
    <message>
        <source>{path}: {why}. An edit on top of the last one would lose it.</source>
        <translation>{path}: {why}. Eine Änderung über der letzten würde ihn verlieren.</translation>
    </message>
    <message>
        <source>{path}: {why}. It is as it was</source>
        <translation>{path}: {why}. Nichts wurde geändert</translation>
    </message>
    <message>
        <source>{path}: {why}. Nothing was changed.</source>
        <translation>{path}: {why}. Nichts wurde geändert.</translation>
    </message>
    <message>
        <source>{program} is missing. Your tools keep working; nothing is metered.</source>
        <translation>{program} fehlt. Die Tools arbeiten weiter; nichts wird erfasst.</translation>
    </message>
    <message>
        <source>{says} {location}; the route `vertex` leads to the global one.</source>
        <translation>{says} {location}; die Route `vertex` führt zum globalen.</translation>
    </message>
    <message>
        <source>{settings} chooses the provider {provider!r}, which has an address of its own: `openai_base_url` is for the built-in one. Take `model_provider` out, or lead that provider here by hand.</source>
        <translation>{settings} wählt den Anbieter „{provider}“, der eine eigene Adresse hat: `openai_base_url` ist für den eingebauten. `model_provider` herausnehmen oder diesen Anbieter von Hand hierher führen.</translation>
    </message>
    <message>
        <source>{settings} chooses what the mode {chosen} is for.</source>
        <translation>{settings} wählt, wofür die Art {chosen} da ist.</translation>
    </message>
    <message>
        <source>{settings} chooses {provider!r}, and `openai_base_url` is for the built-in one.</source>
        <translation>{settings} wählt „{provider}“, und `openai_base_url` ist für den eingebauten.</translation>
    </message>
    <message>
        <source>{team} asks to be told more</source>
        <translation>{team} möchte mehr erfahren</translation>
    </message>
    <message>
        <source>{team} does not allow {model}</source>
        <translation>{team} erlaubt {model} nicht</translation>
    </message>
    <message>
        <source>{team} has decided anew</source>
        <translation>{team} hat neu entschieden</translation>
    </message>
    <message>
        <source>{team} has set it for all its members.</source>
        <translation>{team} hat es für alle Mitglieder festgelegt.</translation>
    </message>
    <message>
        <source>{team} wants a newer Spendlight</source>
        <translation>{team} verlangt ein neueres Spendlight</translation>
    </message>
    <message>
        <source>{title} cannot be led through Spendlight</source>
        <translation>{title} lässt sich nicht über Spendlight führen</translation>
    </message>
    <message>
        <source>{title} goes to another place than the vendor</source>
        <translation>{title} geht an einen anderen Ort als den Anbieter</translation>
    </message>
    <message>
        <source>{title} has no mode {name!r}. It has: {known}.</source>
        <translation>{title} hat keine Art „{name}“. Es hat: {known}.</translation>
    </message>
    <message>
        <source>{title} has no provider that could be led here</source>
        <translation>{title} hat keinen Anbieter, der sich hierher führen ließe</translation>
    </message>
    <message>
        <source>{tools} will not reach their vendors until it is free.</source>
        <translation>{tools} erreichen ihre Anbieter erst wieder, wenn er frei ist.</translation>
    </message>
    <message>
        <source>{tool} leads {name} here already, with another value.</source>
        <translation>{tool} führt {name} schon hierher, mit einem anderen Wert.</translation>
    </message>
    <message>
        <source>{url} is the address that Spendlight listens on; every call would go round for ever.</source>
        <translation>{url} ist die Adresse, auf der Spendlight lauscht; jeder Aufruf liefe endlos im Kreis.</translation>
    </message>
    <message>
        <source>{usd!r} is not a price.</source>
        <translation>„{usd}“ ist kein Preis.</translation>
    </message>
    <message>
        <source>{value!r} is neither a date nor a time.</source>
        <translation>„{value}“ ist weder ein Datum noch eine Uhrzeit.</translation>
    </message>
    <message>
        <source>{variable} is set in this shell and wins over the file&apos;s.</source>
        <translation>{variable} ist in dieser Shell gesetzt und gilt vor dem Wert der Datei.</translation>
    </message>
    <message>
        <source>{variable} is set in this shell and wins over the file.</source>
        <translation>{variable} ist in dieser Shell gesetzt und gilt vor der Datei.</translation>
    </message>
    <message>
        <source>{variable} is set in this shell and wins over the settings file.</source>
        <translation>{variable} ist in dieser Shell gesetzt und gilt vor der Einstellungsdatei.</translation>
    </message>
    <message>
        <source>{variable} is set in this shell too; which of the two wins is Claude Code&apos;s to say.</source>
        <translation>{variable} ist auch in dieser Shell gesetzt; welches von beiden gilt, entscheidet Claude Code.</translation>
    </message>
    <message>
        <source>{variable} is set in this shell, and an address cannot be laid over what it holds.</source>
        <translation>{variable} ist in dieser Shell gesetzt, und über ihren Inhalt lässt sich keine Adresse legen.</translation>
    </message>
    <message>
        <source>{variable} is set in this shell; addresses in it win over the settings file.</source>
        <translation>{variable} ist in dieser Shell gesetzt; Adressen darin gelten vor der Einstellungsdatei.</translation>
    </message>
    <message>
        <source>{vendor!r} is reached with a login, or is no route&apos;s name.</source>
        <translation>„{vendor}“ wird mit einer Anmeldung erreicht oder ist der Name keiner Route.</translation>
    </message>
    <message>
        <source>{vendor} answered {status} in {ms} ms, asked without a key</source>
        <translation>{vendor} antwortete {status} nach {ms} ms, ohne Schlüssel gefragt</translation>
    </message>
    <message>
        <source>{wanted!r} could be: {models}.</source>
        <translation>„{wanted}“ könnte sein: {models}.</translation>
    </message>
    <message>
        <source>{wanted!r} {why}.</source>
        <translation>„{wanted}“ {why}.</translation>
    </message>
    <message>
        <source>{what} Until then what calls add to the bill is unknown.</source>
        <translation>{what} Bis dahin ist nicht bekannt, was Aufrufe kosten.</translation>
    </message>
    <message>
        <source>{what} → {model} (by itself)</source>
        <translation>{what} → {model} (von selbst)</translation>
    </message>
    <message>
        <source>{what} → {model} (suggested)</source>
        <translation>{what} → {model} (als Vorschlag)</translation>
    </message>
    <message>
        <source>{what}.</source>
        <translation>{what}.</translation>
    </message>
    <message>
        <source>{what}. Amounts are shown in USD.</source>
        <translation>{what}. Beträge werden in USD gezeigt.</translation>
    </message>
    <message>
        <source>{where} ends before it begins.</source>
        <translation>{where} endet, bevor er beginnt.</translation>
    </message>
    <message>
        <source>{where} has a discount for {name!r}, which is no component.</source>
        <translation>{where} hat einen Nachlass für „{name}“, und das ist kein Bestandteil.</translation>
    </message>
    <message>
        <source>{where} has a discount on nothing.</source>
        <translation>{where} hat einen Nachlass auf nichts.</translation>
    </message>
    <message>
        <source>{where} has a rate for {name!r}, which is no component.</source>
        <translation>{where} hat einen Satz für „{name}“, und das ist kein Bestandteil.</translation>
    </message>
    <message>
        <source>{where} has the address {address}; it is led here only if that is a route.</source>
        <translation>{where} hat die Adresse {address}; nur wenn sie eine Route ist, wird sie hierher geführt.</translation>
    </message>
    <message>
        <source>{where} has the multiplier {text!r}; at most {most} is taken.</source>
        <translation>{where} hat den Faktor „{text}“; höchstens {most} wird angenommen.</translation>
    </message>
    <message>
        <source>{where} has to have exactly one of multiplier, rates and discount.</source>
        <translation>{where} muss genau eines von multiplier, rates und discount haben.</translation>
    </message>
    <message>
        <source>{where} is {url}.</source>
        <translation>{where} ist {url}.</translation>
    </message>
    <message>
        <source>{where} led to Spendlight already. `connect` had not written that, so disconnecting leaves or puts back what stood there.</source>
        <translation>{where} führte schon zu Spendlight. `connect` hatte das nicht geschrieben; Trennen lässt daher stehen, was dort stand, oder stellt es wieder her.</translation>
    </message>
    <message>
        <source>{where}: Spendlight knows no route there.</source>
        <translation>{where}: Dort kennt Spendlight keine Route.</translation>
    </message>
    <message>
        <source>{where}: an address of Spendlight&apos;s, but not of this profile</source>
        <translation>{where}: eine Adresse von Spendlight, aber nicht von diesem Profil</translation>
    </message>
    <message>
        <source>{where}: not written by `connect`, so `disconnect` leaves it</source>
        <translation>{where}: nicht von `connect` geschrieben, daher lässt `disconnect` es stehen</translation>
    </message>
    <message>
        <source>{where}: {message}</source>
        <translation>{where}: {message}</translation>
    </message>
    <message>
        <source>{why} A tool that is led here by a file would then reach nobody.</source>
        <translation>{why} Ein Tool, das eine Datei hierher führt, erreichte dann niemanden.</translation>
    </message>
    <message>
        <source>{why} None holds.</source>
        <translation>{why} Es gelten keine.</translation>
    </message>
    <message>
        <source>{why} Nothing is sent.</source>
        <translation>{why} Es wird nichts gesendet.</translation>
    </message>
    <message>
        <source>{why} Nothing was changed.</source>
        <translation>{why} Nichts wurde geändert.</translation>
    </message>
    <message>
        <source>{why} The one before holds.</source>
        <translation>{why} Es gelten die vorigen.</translation>
    </message>
</context>
<context>
    <name>sessionwords</name>
    <message numerus="yes">
        <source>%n call(s) running</source>
        <translation>
            <numerusform>%n Aufruf läuft</numerusform>
            <numerusform>%n Aufrufe laufen</numerusform>
        </translation>
    </message>
    <message>
        <source>last call {at}</source>
        <translation>letzter Aufruf {at}</translation>
    </message>
    <message>
        <source>no session</source>
        <translation>ohne Sitzung</translation>
    </message>
    <message>
        <source>unknown tool</source>
        <translation>unbekanntes Tool</translation>
    </message>
</context>
<context>
    <name>shares</name>
    <message>
        <source>allowed</source>
        <translation>erlaubt</translation>
    </message>
    <message>
        <source>allowed, warning</source>
        <translation>erlaubt, mit Warnung</translation>
    </message>
    <message>
        <source>at an unknown time</source>
        <translation>zu unbekannter Zeit</translation>
    </message>
    <message>
        <source>d</source>
        <translation>d</translation>
    </message>
    <message>
        <source>day</source>
        <translation>Tag</translation>
    </message>
    <message>
        <source>extra usage</source>
        <translation>Zusatznutzung</translation>
    </message>
    <message>
        <source>for {model}</source>
        <translation>für {model}</translation>
    </message>
    <message>
        <source>heard long ago</source>
        <translation>lange nichts gehört</translation>
    </message>
    <message>
        <source>input tokens</source>
        <translation>Eingabe-Token</translation>
    </message>
    <message>
        <source>month</source>
        <translation>Monat</translation>
    </message>
    <message>
        <source>output tokens</source>
        <translation>Ausgabe-Token</translation>
    </message>
    <message>
        <source>requests</source>
        <translation>Anfragen</translation>
    </message>
    <message>
        <source>resets {at}</source>
        <translation>Reset {at}</translation>
    </message>
    <message>
        <source>runs out {at}</source>
        <translation>reicht bis {at}</translation>
    </message>
    <message>
        <source>session</source>
        <translation>Sitzung</translation>
    </message>
    <message>
        <source>tokens</source>
        <translation>Token</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>unbekannt</translation>
    </message>
    <message>
        <source>unlimited</source>
        <translation>unbegrenzt</translation>
    </message>
    <message>
        <source>used up</source>
        <translation>verbraucht</translation>
    </message>
    <message>
        <source>was reset {at}</source>
        <translation>Reset war {at}</translation>
    </message>
    <message>
        <source>week</source>
        <translation>Woche</translation>
    </message>
    <message>
        <source>whole again {at}</source>
        <translation>wieder voll {at}</translation>
    </message>
    <message>
        <source>{holder} credits: {left}</source>
        <translation>{holder}-Guthaben: {left}</translation>
    </message>
    <message>
        <source>{vendor} rate limit: {share} of {counted} used</source>
        <translation>{vendor}-Ratenlimit: {share} der {counted} verbraucht</translation>
    </message>
</context>
<context>
    <name>snoozemenu</name>
    <message>
        <source>&amp;Notifications</source>
        <translation>Be&amp;nachrichtigungen</translation>
    </message>
    <message>
        <source>&amp;Notifications ({state})</source>
        <translation>Be&amp;nachrichtigungen ({state})</translation>
    </message>
    <message>
        <source>&amp;On</source>
        <translation>&amp;An</translation>
    </message>
    <message>
        <source>Snooze &amp;1 hour</source>
        <translation>&amp;1&#xa0;Stunde Ruhe</translation>
    </message>
    <message>
        <source>Snooze until &amp;tomorrow</source>
        <translation>Ruhe bis &amp;morgen</translation>
    </message>
    <message>
        <source>held back: the desktop asks for quiet</source>
        <translation>zurückgehalten: Der Desktop wünscht Ruhe</translation>
    </message>
    <message>
        <source>important ones only</source>
        <translation>nur wichtige</translation>
    </message>
    <message>
        <source>off in the settings</source>
        <translation>in den Einstellungen aus</translation>
    </message>
    <message>
        <source>on</source>
        <translation>an</translation>
    </message>
    <message>
        <source>quiet hours until {at}</source>
        <translation>Ruhezeit bis {at}</translation>
    </message>
    <message>
        <source>snoozed until {at}</source>
        <translation>Ruhe bis {at}</translation>
    </message>
</context>
<context>
    <name>teamtext</name>
    <message>
        <source>Decided by {team}:</source>
        <translation>Entschieden von {team}:</translation>
    </message>
    <message>
        <source>It gets totals by the hour, never text.</source>
        <translation>Es bekommt Summen je Stunde, nie Text.</translation>
    </message>
    <message>
        <source>Pool {name}</source>
        <translation>Topf {name}</translation>
    </message>
    <message>
        <source>catching up</source>
        <translation>holt auf</translation>
    </message>
    <message>
        <source>in sync</source>
        <translation>abgeglichen</translation>
    </message>
    <message>
        <source>not let in any more</source>
        <translation>nicht mehr zugelassen</translation>
    </message>
    <message>
        <source>not reached</source>
        <translation>nicht erreicht</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>pausiert</translation>
    </message>
    <message>
        <source>this month</source>
        <translation>diesen Monat</translation>
    </message>
    <message>
        <source>this week</source>
        <translation>diese Woche</translation>
    </message>
    <message>
        <source>today</source>
        <translation>heute</translation>
    </message>
    <message>
        <source>waits for the keyring</source>
        <translation>wartet auf den Schlüsselbund</translation>
    </message>
    <message>
        <source>waits for you to agree</source>
        <translation>wartet auf die Zustimmung</translation>
    </message>
    <message>
        <source>{budget} {period}</source>
        <translation>{budget} {period}</translation>
    </message>
    <message>
        <source>{share} of {budget} {period}</source>
        <translation>{share} von {budget} {period}</translation>
    </message>
    <message>
        <source>{team}: {state}</source>
        <translation>{team}: {state}</translation>
    </message>
</context>
<context>
    <name>toolswindow</name>
    <message>
        <source>&amp;Connect again {tool}</source>
        <translation>{tool} &amp;neu verbinden</translation>
    </message>
    <message>
        <source>&amp;Connect {tool}</source>
        <translation>{tool} &amp;verbinden</translation>
    </message>
    <message>
        <source>&amp;Disconnect {tool}</source>
        <translation>{tool} &amp;trennen</translation>
    </message>
    <message>
        <source>C&amp;lose</source>
        <translation>S&amp;chließen</translation>
    </message>
    <message>
        <source>Connect your tools</source>
        <translation>Tools verbinden</translation>
    </message>
    <message>
        <source>It reads only its environment: new shells get it; programs started from a menu do not.</source>
        <translation>Es liest nur seine Umgebung: Neue Shells haben sie, aus einem Menü gestartete Programme nicht.</translation>
    </message>
    <message>
        <source>Nothing is changed until you press Connect. Before each change the former file is kept; Disconnect puts it back, byte for byte.</source>
        <translation>Vor dem Klick auf „Verbinden“ ändert sich nichts. Vor jeder Änderung wird die alte Datei aufgehoben; „Trennen“ stellt sie wieder her, Byte für Byte.</translation>
    </message>
    <message>
        <source>Nothing to undo.</source>
        <translation>Nichts rückgängig zu machen.</translation>
    </message>
    <message>
        <source>Tools</source>
        <translation>Tools</translation>
    </message>
    <message>
        <source>Way to connect it</source>
        <translation>Art der Verbindung</translation>
    </message>
    <message>
        <source>What changes in its files</source>
        <translation>Was sich in den Dateien ändert</translation>
    </message>
    <message>
        <source>What to know about it</source>
        <translation>Was dazu zu wissen ist</translation>
    </message>
    <message>
        <source>What was done</source>
        <translation>Was getan wurde</translation>
    </message>
</context>
<context>
    <name>toolwords</name>
    <message>
        <source>But a test call failed</source>
        <translation>Aber ein Testaufruf schlug fehl</translation>
    </message>
    <message>
        <source>Nothing of ours is in its files.</source>
        <translation>Nichts von Spendlight steht in den Dateien.</translation>
    </message>
    <message>
        <source>Nothing would change in its files.</source>
        <translation>In den Dateien würde sich nichts ändern.</translation>
    </message>
    <message>
        <source>Open a new shell to use it.</source>
        <translation>Zum Benutzen eine neue Shell öffnen.</translation>
    </message>
    <message>
        <source>Start {tool} anew to use it.</source>
        <translation>Zum Benutzen {tool} neu starten.</translation>
    </message>
    <message>
        <source>Test call</source>
        <translation>Testaufruf</translation>
    </message>
    <message>
        <source>cannot be led here</source>
        <translation>nicht verbindbar</translation>
    </message>
    <message>
        <source>changed by you</source>
        <translation>von Hand geändert</translation>
    </message>
    <message>
        <source>connected</source>
        <translation>verbunden</translation>
    </message>
    <message>
        <source>led here by hand</source>
        <translation>von Hand hergeführt</translation>
    </message>
    <message>
        <source>new shells: {export}</source>
        <translation>neue Shells: {export}</translation>
    </message>
    <message>
        <source>not connected</source>
        <translation>nicht verbunden</translation>
    </message>
    <message>
        <source>not found here</source>
        <translation>hier nicht gefunden</translation>
    </message>
    <message>
        <source>points at a former address</source>
        <translation>zeigt auf eine alte Adresse</translation>
    </message>
    <message>
        <source>{tool} is connected.</source>
        <translation>{tool} ist verbunden.</translation>
    </message>
</context>
<context>
    <name>toolwork</name>
    <message>
        <source>Spendlight made a mistake</source>
        <translation>Spendlight hat einen Fehler gemacht</translation>
    </message>
    <message>
        <source>The system refused</source>
        <translation>Das System hat abgelehnt</translation>
    </message>
</context>
<context>
    <name>undostrip</name>
    <message>
        <source>&amp;Undo</source>
        <translation>Rück&amp;gängig</translation>
    </message>
    <message>
        <source>Undo: {text}</source>
        <translation>Rückgängig: {text}</translation>
    </message>
    <message>
        <source>{text}. Can be undone for ten seconds.</source>
        <translation>{text}. Zehn Sekunden lang rückgängig zu machen.</translation>
    </message>
</context>
<context>
    <name>view</name>
    <message>
        <source>Calls are not metered</source>
        <translation>Aufrufe werden nicht erfasst</translation>
    </message>
    <message>
        <source>Nothing is metered, and tools that point at Spendlight cannot reach their vendors.</source>
        <translation>Nichts wird erfasst, und Tools, die auf Spendlight zeigen, erreichen ihre Anbieter nicht.</translation>
    </message>
    <message>
        <source>Run `spendlight doctor` to find the cause.</source>
        <translation>Die Ursache findet `spendlight doctor`.</translation>
    </message>
    <message>
        <source>Spendlight is not running</source>
        <translation>Spendlight läuft nicht</translation>
    </message>
    <message>
        <source>Start it with `spendlight`; `spendlight doctor` looks for the cause.</source>
        <translation>Mit `spendlight` starten; `spendlight doctor` sucht die Ursache.</translation>
    </message>
    <message>
        <source>Your tools work, but their calls pass without being counted.</source>
        <translation>Die Tools arbeiten, aber ihre Aufrufe laufen ungezählt durch.</translation>
    </message>
</context>
<context>
    <name>weektext</name>
    <message numerus="yes">
        <source>%n thing(s) unusual.</source>
        <translation>
            <numerusform>%n Auffälligkeit.</numerusform>
            <numerusform>%n Auffälligkeiten.</numerusform>
        </translation>
    </message>
    <message>
        <source>Last &amp;week: {amount}…</source>
        <translation>Letzte &amp;Woche: {amount}…</translation>
    </message>
    <message>
        <source>Rules lost {amount}.</source>
        <translation>Regeln haben {amount} verloren.</translation>
    </message>
    <message>
        <source>Rules saved {amount}.</source>
        <translation>Regeln haben {amount} gespart.</translation>
    </message>
    <message>
        <source>Your week: {amount}</source>
        <translation>Die Woche: {amount}</translation>
    </message>
    <message>
        <source>as much as the week before</source>
        <translation>so viel wie in der Woche davor</translation>
    </message>
    <message>
        <source>{first} to {last}</source>
        <translation>{first} bis {last}</translation>
    </message>
    <message>
        <source>{share} less than the week before</source>
        <translation>{share} weniger als in der Woche davor</translation>
    </message>
    <message>
        <source>{share} more than the week before</source>
        <translation>{share} mehr als in der Woche davor</translation>
    </message>
</context>
<context>
    <name>weekwindow</name>
    <message>
        <source>&amp;Copy the picture</source>
        <translation>Bild &amp;kopieren</translation>
    </message>
    <message>
        <source>&amp;Save as…</source>
        <translation>S&amp;peichern unter…</translation>
    </message>
    <message>
        <source>C&amp;lose</source>
        <translation>&amp;Schließen</translation>
    </message>
    <message>
        <source>Done.</source>
        <translation>Erledigt.</translation>
    </message>
    <message>
        <source>It is being made…</source>
        <translation>Wird erstellt…</translation>
    </message>
    <message>
        <source>No browser was found; it lies in {path}.</source>
        <translation>Kein Browser gefunden; sie liegt in {path}.</translation>
    </message>
    <message>
        <source>Open the &amp;page</source>
        <translation>Seite öff&amp;nen</translation>
    </message>
    <message>
        <source>Save the week</source>
        <translation>Woche speichern</translation>
    </message>
    <message>
        <source>Saved: {path}</source>
        <translation>Gespeichert: {path}</translation>
    </message>
    <message>
        <source>Set a price…</source>
        <translation>Preis festlegen…</translation>
    </message>
    <message>
        <source>Set this budget</source>
        <translation>Budget setzen</translation>
    </message>
    <message>
        <source>Switch</source>
        <translation>Umstellen</translation>
    </message>
    <message>
        <source>Switch it off</source>
        <translation>Abschalten</translation>
    </message>
    <message>
        <source>The last week</source>
        <translation>Die letzte Woche</translation>
    </message>
    <message>
        <source>The picture is in the clipboard.</source>
        <translation>Das Bild ist in der Zwischenablage.</translation>
    </message>
    <message>
        <source>{path} cannot be written: {why}.</source>
        <translation>{path} kann nicht geschrieben werden: {why}.</translation>
    </message>
</context>
</TS>
