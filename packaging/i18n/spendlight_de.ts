<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE" sourcelanguage="en">
<context>
    <name>announcing</name>
    <message>
        <source>Budget has reached {share}: {name}</source>
        <translation>Budget zu {share} verbraucht: {name}</translation>
    </message>
    <message>
        <source>Budget used up: {name}</source>
        <translation>Budget aufgebraucht: {name}</translation>
    </message>
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
