"""Whether a person says that the last answer was no good.

Everything that knows how people complain lives here: English, German, French, Spanish, Portuguese, Italian, Dutch,
and a few words of Chinese and Japanese. Written for Spendlight.

Rules: pure, bounded, never raises. A complaint *begins* a text ("still broken", "no, that's wrong", "undo that"), after
small words at most. Questions, reports about something else and words of relief ("no problem", "nothing is wrong")
are none. A complaint that is missed costs little, one that is made up slanders a model: unsure is no.
"""

from __future__ import annotations

import re
from typing import Final

from trayapp.routing import tasktype

MOST: Final = 160
"""Characters of a text, without its code and its small words, in which a complaint has to begin."""
_MOST_FILLERS: Final = 4

_FILLER: Final = re.compile(
    r"(?:(?:no+|non|não)\s+(?=(?:that|this|it|you|i|still|not|the|wrong|same|undo|revert|c['’]est|ça|ce|isso|questo)\b)"
    r"|(?:no+|non+|não)\s*[,.!:;…–—-]+\s*)"
    r"|(?:nope|nah|yes|yeah|hm+|ugh|argh|oh|ok(?:ay)?|but|and|so|well|wait|sorry|hey|sadly|unfortunately|actually|"
    r"thanks|please|pls|i think|nein|nee?|nö|ja|aber|und|hm|leider|bitte|danke|oui|mais|désolée?|malheureusement|"
    r"s'il te pla[iî]t|s'il vous pla[iî]t|pero|perdona|lo siento|por favor|sim|mas|desculpa|infelizmente|ma|"
    r"purtroppo|scusa|per favore|maar|helaas|sí|sì|si)"
    r"(?:\s*[,.!:;…–—-]+\s*|\s+)"
    r"|(?:不|不是|嗯|但是?|可是|抱歉|いや|いいえ|でも|うーん|すみません)[、，,。.！!\s]+",
    re.IGNORECASE,
)

_END: Final = r"(?=\W*$|\s*[,.!;:…?)–—-]|\s+(?:again|and|but|because|as|at all|yet|either|still|when|if|with|on|for me|here|now|anymore)\b)"
_IT: Final = r"(?:it|that|this|these|those|they|everything)"
_THING: Final = r"(?:the|your|my|our|this|that|all|both)\s+(?:[\w./'`-]+\s+){1,3}?"
_BAD: Final = (
    r"(?:not\b(?! bad)|(?:does|do|did|is|was|are|wo|ca)n[o']?t\b|broken\b|wrong\b|fail\w*|crash\w*|error\w*|red\b|missing\b|hang\w*|"
    r"the (?:same|old|wrong)\b|same\b|no (?:luck|change|difference|effect|good|output)\b|nothing\b|throw\w*|incorrect\b|buggy\b|off\b|"
    r"(?:get|gets|getting|got|see|seeing|have|having|shows?|prints?|gives?|says?) (?:\S+ ){0,3}?\S*(?:error|exception|warning|fail|"
    r"same|old|wrong|none|undefined|40\d|50\d))"
)
_FAILS: Final = rf"(?:(?:does|did|do)(?:n[o']?t| not) (?:work|help|fix|compile|build|run|change anything|do (?:anything|it|what))|not working|(?:is|are|was)(?:n[o']?t| not) (?:work|right|correct|fix|what)\w*){_END}"


def _any(*parts: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{part})" for part in parts), re.IGNORECASE)


_COMPLAINTS: Final = _any(
    # English
    rf"(?:(?:{_IT}|{_THING})(?:\s*(?:is|are|was|does|do|['’]s|has))?\s*)?\bstill {_BAD}",
    r"(?:it|this|that) still (?:shows|prints|says|returns|happens|appears|looks)\b(?! (?:good|fine|great|right|ok))",
    rf"(?:i|we)(?:['’]m| am|['’]re| are)? still {_BAD}",
    rf"{_IT} {_FAILS}",
    rf"{_IT}(?:['’]s| is| are| was) (?:(?:just|also|now|even|completely|totally|all|so|clearly|simply) )*(?:wrong|incorrect|broken|worse|garbage|"
    rf"nonsense|bad|useless|terrible|not (?:right|correct|it|true|good|working|fixed|what|how)){_END}",
    rf"{_IT}(?:['’]s| is| was) (?:still )?not (?:what|how|the way) (?:i|we)\b|(?:not|that['’]s not|this isn['’]t) (?:what|how) (?:i|we) (?:asked|wanted|meant|said|need)",
    r"(?:that|this|it) (?:isn['’]t|wasn['’]t|can['’]t be) (?:right|correct|it|true|good|what (?:i|we))\b",
    r"(?:that|this|it|you) (?:just |only |now |have |has |even )*(?:broke(?=\W*$|\s*[,.!;]| (?:the|my|our|it|this|all|every|some|other|tests?|again))|made (?:it|things|everything) worse|messed|got worse)\b",
    rf"(?:it|that|this) (?:just |now |also )*(?:fails|crashes|hangs|breaks){_END}",
    rf"now (?:(?:it|that|this)(?:['’]s|\s+is|\s+are)?\s+|{_THING}(?:is |are )?)(?:\w+ )?(?:fail(?:s|ing)?|crash(?:es|ing)?|broken|worse|wrong|gone|hangs|breaks){_END}",
    rf"(?:doesn['’]?t|does not|didn['’]?t|did not|don['’]?t) (?:work|help|fix it|compile|build|run){_END}",
    r"(?:not (?:working|fixed|right|correct|good|quite right)|no (?:luck|change|effect|difference)|nothing (?:changed|happens|happened)|wrong|"
    r"incorrect|worse|broken|failed|fails|bad answer|nonsense|rubbish|wtf|useless)(?=\W*$|\s*[,.!;…]|\s+(?:again|still|as before)\b)",
    r"wrong (?:file|function|place|one|way|direction|answer|approach|branch|line|class|method|folder|directory|test|thing|repo|module)(?=\W*$|\s*[,.!;:…]|,? i (?:meant|said|asked))",
    r"(?:the )?(?:exact )?same (?:problem|error|issue|result|exception|failure|crash|bug|thing|output)(?=\W*$|\s*[,.!;:…]|\s+(?:again|as|still|here|happens?)\b)",
    r"(?:i|we)(?:['’]m| am)? (?:get|getting|have|see) (?:exactly )?the same (?:problem|error|issue|result|exception|failure)",
    r"you (?:just |only |have |['’]ve )*(?:broke|forgot(?! nothing)|missed(?! nothing)|misunderstood|ignored|deleted the wrong|removed the wrong|changed the wrong|"
    r"lied|messed|screwed|did ?n['’]?o?t (?:\w+ ){0,2}(?:do|fix|change|add|read|update|listen|remove|run|follow|even)|made (?:a mistake|it worse)|got (?:it|that|this) wrong)\b",
    r"(?:now )?nothing works(?=\W*$|\s*[,.!;]| any| now)|you (?:\w+ ){1,4}the wrong \w+|you(?:['’]re| are| were) wrong\b|you should(?:n['’]t| not) have\b",
    r"i (?:told you|(?:clearly |explicitly )?asked (?:you|for)|did ?n['’]t (?:ask|want|say|mean)|(?:said|meant) (?:the|not|to(?! (?:thank|say))|only|no|in|on|use|an?|without|with|both|[\"'“`]))(?:\b|(?<=\W))",
    r"(?:undo|revert|roll ?back)(?=\W*$)|(?:undo|revert|roll ?back) (?:that|this|it|all|everything|your|(?:the |that |those |these |your |my )?"
    r"(?:last |latest |previous )?(?:change|edit|modification)s?)\b(?! (?:of|in|from|by) (?:commit|pr|branch)\b)",
    r"(?:put|change|set|turn|roll|switch|bring) (?:it|that|this|them|everything) back(?=\W*$|\s*[,.!;]| please| again| to (?:how|what|the (?:old|previous|original|way)|before))|go back to (?:how|what|the way|the (?:previous|old|original) (?:version|code|state))\b",
    r"(?:try|do it) again(?=\W*$)|retry(?=\W*$)|try (?:it )?again,? (?:properly|but|and this time)\b",
    r"stop (?:doing|changing|editing|adding|removing|deleting|touching|breaking|ignoring)\b",
    r"revert (?:it |that |this )?(?:back )?to (?:your|the|my) (?:previous|old|last|original|earlier)\b|"
    r"(?:that|this|it)(?:['’]s| is| was) an? (?:terrible|bad|horrible|awful) (?:idea|change|solution|answer)\b",
    # German
    r"(?:(?:das|es|er|sie|die \w+|der \w+) )?(?:(?:ist|sind|geht|funktioniert|klappt|läuft|kommt|hängt|crasht|wirft) )?(?:immer noch|noch immer) "
    r"(?:kaputt|falsch|nicht|kein\w*|rot|der(?:selbe|selben| gleiche)|dasselbe|das gleiche|die gleichen?|ein(?:en)? fehler|fehler\w*)",
    r"(?:das|es|so|jetzt)? ?(?:geht|funktioniert|klappt|läuft|tut|kompiliert|stimmt|hilft|passt)(?: es| das)?(?: (?:so|leider|immer noch|noch immer|noch|jetzt|auch|aber|gar|doch|einfach|überhaupt))* nicht\b",
    r"(?:das|es|so) (?:ist|war)(?: (?:so|leider|immer noch|jetzt|ganz|einfach|komplett|doch))* (?:falsch|kaputt|schlechter|schlimmer|quatsch|unsinn|nicht (?:richtig|das|gut|korrekt|was))\b",
    r"(?:das|es|so) hat(?: (?:so|leider|auch|immer noch))* (?:nicht (?:funktioniert|geklappt|geholfen)|nichts (?:gebracht|geändert|geholfen))",
    r"(?:falsch|kaputt|quatsch|unsinn|schlechter|stimmt nicht|klappt nicht|geht nicht|so nicht)(?=\W*$|\s*[,.!;…])|falsche[rs]? (?:datei|stelle|funktion|klasse|methode|ordner|zeile)\b",
    r"(?:gleicher?|derselbe|selber|der gleiche|wieder der(?:selbe| gleiche)) fehler\b",
    r"(?:mach|mache|nimm|machen sie)(?: \w+){0,4} (?:rückgängig|zurück)\b(?! zur)|rückgängig(?=\W*$| machen| bitte)|(?:das )?wieder zurück(?=\W*$|nehmen| ändern)",
    r"du hast(?: \S+){0,6} (?:vergessen|kaputt ?gemacht|gelöscht|übersehen|ignoriert|missverstanden|falsch \w+)\b|das wollte ich (?:so )?nicht|so war das nicht|das meinte ich nicht|(?:das (?:war|ist) (?:die|der|das)|du hast(?: \S+){0,4}) falsche[ns]?\b|(?:jetzt )?geht (?:(?:jetzt|gar|überhaupt|hier) )+nichts\b|ich (?:habe|hatte) (?:doch )?gesagt",
    # French
    r"(?:(?:ça|ca|cela|il|elle|le \w+|la \w+) )?(?:ne )?(?:marche|fonctionne|compile|passe)(?: (?:toujours|encore|vraiment|même))? (?:pas|plus)\b(?! (?:de|le|la|les)\b)",
    r"toujours (?:pas|la même|le même|cassée?|faux|une? erreurs?|en échec|rien|les mêmes)\b",
    r"(?:c['’]est|c['’]était|tout est) (?:toujours |encore |complètement |totalement )?(?:faux|cassé|pire|n['’]importe quoi|pas (?:bon|ça|correct|juste|ce que|la bonne))\b|(?:ce )?n['’]est (?:toujours )?pas (?:ça|bon|correct|juste|ce que)\b|(?:c['’]est )?pas ce que (?:je|j['’]ai)\b",
    r"faux(?=\W*$|\s*[,.!;…])|(?:mauvais|mauvaise) (?:fichier|fonction|endroit|classe|méthode|ligne)\b|(?:la )?même erreur\b|encore (?:la même|une|cette) erreur\b|aucun changement(?=\W*$)",
    r"annule(?:z)?(?=\W*$| (?:ça|cela|tout|tes|ces|cette|les|la dernière|ce))|reviens en arrière|remets (?:ça |tout |le )?comme avant|tu (?:as|t['’]es|n['’]as pas)(?: \w+){0,2} (?:cassé|oublié|supprimé|trompée?|compris|ignoré)\b|j['’]avais (?:dit|demandé)\b",
    # Spanish
    r"(?:(?:eso|esto|aún|todavía|sigue|pero|así|ya) )?(?:no (?:funciona|funcionó|sirve|sirvió|compila|va)|sin funcionar)\b(?! (?:el|la|los|las|un|una|del)\b)",
    r"sigue (?:fallando|roto|rota|igual|mal|sin|dando|saliendo|el mismo|apareciendo)\b|todavía (?:falla|no|está mal|da error)|aún (?:falla|no funciona|da error)",
    r"(?:eso |esto |así |todo )?está (?:mal|roto|equivocado|peor)(?=\W*$|\s*[,.!;…])|(?:eso |esto )?no es (?:lo que|correcto|así|eso)\b|(?:el )?mismo error\b|(?:incorrecto|mal)(?=\W*$|\s*[,.!;…])",
    r"deshaz(?:lo)?(?=\W*$| (?:eso|esto|lo|los|todo|el último|la última|tus|ese))|reviértelo|vuelve (?:atrás|a como estaba)|(?:has|te has) (?:roto|olvidado|borrado|equivocado|ignorado)\b|(?:rompiste|olvidaste|borraste|te equivocaste)\b|te (?:dije|pedí)\b|así no(?=\W*$)",
    # Portuguese
    r"(?:(?:isso|isto|ainda|continua|assim|também|já) )?não (?:funciona|funcionou|está funcionando|tá funcionando|deu certo|compila|resolveu|mudou nada|adiantou)\b(?! (?:o|a|os|as|um|uma)\b)",
    r"continua (?:errado|falhando|quebrado|dando erro|igual|o mesmo|sem funcionar|com erro|não funcionando|com o mesmo)\b|ainda (?:está (?:errado|quebrado|falhando)|tá errado|dá erro|falha|não)\b",
    r"(?:isso |isto )?(?:está|tá|ficou) (?:errado|quebrado|pior)\b|errado(?=\W*$|\s*[,.!;…])|(?:o )?mesmo erro\b|não (?:era|foi|é) (?:isso|o que (?:eu )?(?:pedi|queria))\b",
    r"(?:desfaz|desfaça|desfazer|reverte|reverta)(?=\W*$| (?:isso|isto|tudo|a última|as|o último|essa|esse))|volta (?:atrás|como estava)|você (?:quebrou|esqueceu|apagou|errou|ignorou|não (?:fez|leu|entendeu))\b|eu (?:disse|pedi)\b",
    # Italian
    r"(?:(?:questo|ancora|così|continua a|però|già) )?non (?:funziona|funzionava|ha funzionato|va|compila|funzionare|è cambiato nulla)\b(?! (?:il|la|lo|i|gli|le|un|una)\b)",
    r"ancora (?:rotto|sbagliato|lo stesso|errore|un errore|non|la stessa|niente)\b|(?:è|questo è|così è|è ancora) (?:sbagliato|rotto|peggio|ancora rotto)\b|sbagliato(?=\W*$|\s*[,.!;…])|(?:lo )?stesso (?:errore|problema)\b",
    r"non è (?:corretto|giusto|quello che|così|vero)\b|(?:annulla|ripristina)(?=\W*$| (?:questo|tutto|le|la modifica|l['’]ultima|quello|la tua))|torna indietro|hai (?:rotto|dimenticato|cancellato|sbagliato|ignorato)\b|ho (?:detto|chiesto)\b",
    # Dutch
    r"(?:(?:het|dat|dit|nu) )?(?:werkt|doet het|klopt|lukt|helpt)(?: (?:het|dat))?(?: (?:nog (?:steeds|altijd)|zo|nu|helaas|ook))* niet\b|nog (?:steeds|altijd) (?:niet|kapot|fout|dezelfde|hetzelfde|een fout|rood|stuk)\b",
    r"(?:dat|dit|het) is (?:nog (?:steeds|altijd) )?(?:fout|kapot|stuk|niet (?:goed|juist|wat))\b|fout(?=\W*$|\s*[,.!;…])|(?:de)?zelfde fout\b|(?:maak|draai) (?:dat|dit|het|alles)(?: weer)? (?:ongedaan|terug)|ongedaan maken|verkeerde? (?:bestand|functie|plek|regel)\b|je (?:hebt|bent)(?: \S+){0,5} (?:vergeten|kapot gemaakt|verwijderd|genegeerd|verkeerde)\b|ik zei\b",
    # Chinese, Japanese
    r"(?:它|这|那|现在|程序|测试)?(?:还是|仍然|依然|依旧)(?:不行|不对|不能|不工作|报错|出错|失败|一样|有(?:问题|错|bug)|没(?!问题)|错|崩溃|无法)|(?:这|那|你|这样|完全)?(?:不对|错了|不行)(?=$|[,，。.!！、 啊吧呀呢了])|(?:没有?用|没效果|不起作用|没(?:有)?(?:生效|变化|修好|解决|反应))",
    r"(?:请)?(?:撤销|撤回|改回去|改回来|还原(?:刚|这|一下|吧|$)|回滚(?:刚|这|一下|吧|$))|又(?:报错|出错|失败|坏了|崩溃)|你(?:弄错|搞错|改错|忘了|删错|误删|理解错|搞坏|弄坏|没有?(?:改|读|看|听))|(?:这)?不是(?:我想要|我要|这个意思|这样|我说)",
    r"(?:それ|これ)?(?:は|でも)?(?:まだ|やっぱり|やはり|全然)(?:動[いか](?!てい?ます)|直って(?:い)?(?:ない|ません)|だめ|ダメ|エラー|失敗|同じ|おかしい|壊れ|できない|できません)|(?:それ|これ)?(?:は|では)?(?:動かない|動きません|動作しません|違います|違う(?=$|[。、!！よ])|間違っ(?:てい?(?:る|ます)|た)|うまくいか|そうじゃな|そうではな)",
    r"(?:元に戻し|取り消し|やり直し)て|(?:また|同じ)(?:エラー|失敗|問題)|直って(?:い)?(?:ない|ません)|(?:だめ|ダメ)(?=$|[。、!！だで])",
)


def complains(text: str) -> bool:
    """Whether a person's text begins with a complaint about the answer before it."""
    words = tasktype.split(text[: tasktype.MOST_TRACED]).words.strip()
    for _ in range(_MOST_FILLERS + 1):
        start = words[:MOST]
        if _COMPLAINTS.match(start):
            return True
        filler = _FILLER.match(start)
        if filler is None:
            return False
        words = words[filler.end() :].lstrip()
    return False
