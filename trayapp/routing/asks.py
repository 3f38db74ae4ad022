"""The phrases that open a simple request, one pattern a task type; see ``phrases`` for the rules they follow."""

from __future__ import annotations

import re
from typing import Final

_THE: Final = (
    r"(?:(?:the|a|an|this|that|these|those|its|our|my|all|some|each|every|any|another|both|new|following|two|extra|single|simple|"
    r"short|small|one|of|de[rnms]|die|das|eine[nrms]?|ein|diese[nrms]?|le|la|les|un|une|ce|cet|cette|el|los|las|una|este|"
    r"esta|o|os|as|um|uma|esse|essa|il|lo|gli|i|questa|questo|deze|het)\s+|l')*"
)
"""Articles and small words in front of what is meant."""


def _starts(*parts: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(parts)})", re.IGNORECASE)


SIMPLE: Final[tuple[tuple[str, re.Pattern[str]], ...]] = (
    (
        "commit",
        _starts(
            r"(?:git )?commit\b(?! hooks?)",
            r"(?:write|generate|create|draft|suggest|make|propose|stage|amend|improve|add|summari[sz]e|need)\b.{0,50}"
            r"\b(?:commit|pr description|pull request description|changelog line)\b",
            r"(?:a |another |better )?(?:good |better |short )?commit (?:message|title)",
            r"(?:schreib\w*|mach\w*|erzeug\w*|formulier\w*|ein\w*)\b.{0,40}\bcommit",
            r"committe?\b|commit-",
            r"(?:écris|rédige|escribe|genera|crea|escreva|gere|scrivi|schrijf)\b.{0,30}\bcommit",
            r".{0,20}(?:提交信息|提交消息|コミットメッセージ)",
        ),
    ),
    (
        "typo",
        _starts(
            r"(?:fix|correct|there(?:'s| is| are)|you have|remove)\b.{0,40}\b(?:typos?|spelling|misspell\w*|grammar|double space|"
            r"extra space|missing (?:comma|period|full stop|quote|space)|punctuation)\b",
            r"typos?\b|spelling\b|wording\b|(?:the |this )?(?:word|heading|label|title|text|message)\b.{0,60}\b(?:misspelled|misspelt|"
            r"says|should (?:read|say|be)|typo)",
            r"[\"'«“`]?\S{2,30}[\"'»”`]? is (?:misspelled|misspelt|spelled|a typo)",
            r"capitali[sz]e\b|missing (?:comma|period|full stop|space|quote)",
            r".{0,40}\b(?:tippfehler|rechtschreib\w*|schreibfehler)\b|da steht\b|.{0,20}fehlt ein (?:komma|punkt)",
            r"corr(?:ige|igez|ija|ige|eggi)\b.{0,40}(?:faute|orthograph|ortográf|ortograf|digitação|battitura|coquille)",
            r".{0,20}(?:拼写|错别字|タイポ|誤字)",
        ),
    ),
    (
        "rename",
        _starts(
            r"rename\b(?!.{0,40}\b(?:modules|packages|services|domain|concept)\b)",
            rf"(?:change|switch|update)\s+{_THE}(?:variable |function |method |class |parameter |argument |argparse |cli |env |flag |option |"
            r"switch |file ?|folder |field |column |key |command |column )*name",
            rf"(?:change|switch)\s+{_THE}(?:flag|option|switch|variable|function|method|class|argument|param\w*|command|env var\w*)\s+"
            r"\S+\s+to\s+\S+",
            r"(?:change|switch)\s+--\S+\s+to\s+--\S+|s/\S+/\S*/",
            r"(?:re)?name (?:it|that|this)\b|call (?:it|that|this)\b|let's call|(?:use|give it) the name\b",
            rf"{_THE}(?:method|function|class|variable|flag|option|file|parameter|argument)\b.{{0,30}}\bshould be (?:called|named)\b",
            r"benenn\w*\b|umbenennen|nenn\w*\b|.{0,50}\bumbenennen\b|.{0,40}\bsoll (?:jetzt |nun )?\S+ heißen",
            r"renomm\w*|renombr\w*|renomei\w*|rinomin\w*|hernoem|.{0,20}(?:重命名|改名|名前を|変数名)",
        ),
    ),
    (
        "test_boiler",
        _starts(
            rf"(?:add|write|create|make|generate)\s+{_THE}(?:unit |simple |basic |quick |empty |snapshot |smoke )*(?:tests?|test case|testcase|assertion|assert|"
            r"fixture)\b(?!s? (?:for (?:the|all|every|each) (?:\w+ )?(?:module|class|flow|api|app|service|file|project)|suite|coverage))",
            r"(?:parametri[sz]e|skip|mark|xfail)\b.{0,30}\btests?\b|turn (?:this|that) (?:example )?into a test|"
            r"(?:make|let|have) (?:the|that|this) test\b",
            r"(?:füge?|schreib\w*|ergänz\w*)\b.{0,20}\b(?:einfachen |kleinen )?(?:unit-?)?test(?:fall)?\b",
            r"(?:ajoute|écris|añade|agrega|escribe|adicione|escreva|aggiungi)\b.{0,15}\b(?:tests?|pruebas? unitaria|teste)\b",
        ),
    ),
    (
        "docstring",
        _starts(
            rf"(?:add|write|put|insert|include|update|remove|use|fix)\s+{_THE}(?:\w+ ){{0,3}}(?:docstrings?|javadocs?|jsdocs?|doc comments?|comments?(?! (?:sections?|fields?|forms?|box|boxes|features?|tables?|buttons?|systems?|threads?|widgets?))|"
            r"type hints?|type annotations?|types? (?:to|for)|todo)\b",
            r"document\s+(?:the |this |that |each |what |its )|comment (?:this|that|the|out|on)\b|annotate\b",
            r"(?:füge?|schreib\w*|ergänz\w*|kommentier\w*|dokumentier\w*)\b.{0,50}(?:docstring|kommentar|methode|funktion|typannotation\w*)",
            r"(?:ein\w* )?(?:\w+ )?kommentar\b",
            r"(?:ajoute|añade|agrega|adicione|aggiungi|escribe)\b.{0,20}(?:docstring|commentaire|comentario|comentário|commento)",
            r".{0,20}(?:加注释|注释|docstring)",
        ),
    ),
    (
        "format",
        _starts(
            r"(?:re)?format\b(?!ting)|(?:run|use|apply) (?:the )?(?:formatter|linter|prettier|black|ruff|isort|gofmt|rustfmt|clang-format|"
            r"cargo fmt|eslint|autopep8|yapf|lint\w*)|gofmt|prettier|pretty[- ]?print|isort|lint\b",
            r"fix (?:the |all |these )*(?:\w+ )?(?:lint\w*|eslint|ruff|flake8|pylint|prettier|black|format\w*|style) (?:warnings?|errors?|issues?)\b",
            rf"(?:sort|order|organi[sz]e|group|alphabeti[sz]e)\s+{_THE}(?:imports?|keys|dependencies|entries|list|lines|includes|fields)",
            rf"(?:remove|delete|drop|clean|strip|trim|fix|wrap|add)\s+{_THE}(?:unused imports?|trailing (?:whitespace|space|newline|comma)s?|blank "
            r"lines?|empty lines?|indent\w*|line (?:endings?|length)|long lines?|lint (?:warnings?|errors?)|newline at)",
            r"(?:convert |use )?(?:tabs? (?:to|in)|spaces instead|single quotes|double quotes)|(?:re)?indent\b|put each\b",
            rf"make\s+{_THE}(?:quotes|indentation|formatting)",
            r"formatier\w*|lass (?:black|ruff|prettier)|sortier\w* die (?:import|schlüssel|liste)\w*|(?:entfern\w*|einrückung|leerzeichen)\b"
            r".{0,30}(?:import\w*|zeilenende|korrigieren|entfernen)",
            r"formate[zr]?\b|formatea\b|formata\b|formatta\b|(?:supprime|ordena|trie|elimina)\b.{0,12}\bimports?|格式化|整形",
        ),
    ),
    (
        "explain",
        _starts(
            r"(?:what|wat) (?:does|do|did|is|are|was|were|doet)\b|what's\b|whats\b|what (?:kind|type|sort) of\b",
            r"(?:briefly |shortly )?(?:explain|describe|clarify)\b|tell me (?:what|about|how)|walk me through|show me how\b",
            r"how (?:does|do|is|are) (?:this|that|the|these|a|an|it|\S+\(\))|meaning of\b|what for\b",
            r"(?:was|wozu|wofür) (?:macht|tut|bedeutet|heißt|ist|sind|gibt|bewirkt|dient)|erklär\w*",
            r"(?:que|qu'est-ce que?) (?:fait|veut|signifie|c'est)|explique\w*|¿?qué (?:hace|es|significa)|explícame|explica|"
            r"o que (?:faz|é|significa)|(?:che )?cosa (?:fa|è|significa)|spiega",
            r"(?:这个|这段|这行|解释).{0,30}|.{0,20}(?:何をします|説明して|とは)",
        ),
    ),
    (
        "question",
        _starts(
            r"how (?:do|can|would) i\b|is there (?:a|an|any) (?:built-?in|function|method|command|option|flag|way|shortcut)\b|"
            r"do(?:es)? (?:this|the|we|our) (?:project |repo\w* |app |module |package |file |code )?(?:have|use|support|need|run|contain|depend)\b|"
            r"how many (?:lines|files|tests|functions|rows|columns)\b|can i use\b|is \S+ (?:\w+ )?(?:stable|"
            r"deprecated|thread|available|installed|built-?in)|(?:what|which) (?:\w+ )?(?:version|port|license|command|branch|day|python|"
            r"node)\b",
            r"wie (?:heißt|lautet|starte|lösche|öffne|finde|bekomme|mache) |welche \S*version|auf welchem|gibt es (?:dafür )?ein",
        ),
    ),
    (
        "search",
        _starts(
            r"(?:where|wo|wohin|où|dónde|onde|dove|waar)(?:'s)?\b(?!.{0,20}\b(?:go|went) wrong)",
            r"(?:find|list|show|locate|grep|search|look for)\b.{0,30}\b(?:usages?|uses|references?|callers?|occurrences?|definition|"
            r"files?|functions?|class(?:es)?|where|todos?|fixmes?|routes?|endpoints?|imports?|env(?:ironment)? var\w*|places|"
            r"that (?:import|use|call|contain|mention)|for)\b",
            r"(?:in )?which (?:files?|class|function|module|folder|tests?|line)\b|who (?:calls|uses|imports)\b|grep\b|"
            r"what files\b|are there (?:any )?(?:other |more )?(?:usages|uses|callers|references|places|todos)|how (?:often|many times)\b",
            r"(?:in )?welche[rnms]? (?:datei\w*|klasse|funktion|stelle\w*)|finde? alle|such\w* nach|zeig\w* mir (?:alle|die stelle)",
            r".{0,20}(?:在哪里|在哪|どこ)",
        ),
    ),
    (
        "config",
        _starts(
            r"(?:add|remove|put|include|ignore|list|exclude|pin|set|bump|update|change|enable|disable|turn (?:on|off)|expose|increase)\b"
            r".{0,60}\b(?:\.?gitignore|\.?dockerignore|package\.json|pyproject(?:\.toml)?|requirements\S*|tsconfig\S*|"
            r"setup\.(?:py|cfg)|\w*dependencies|makefile|dockerfile|ci matrix|\.?editorconfig|\.?nvmrc|\.?env(?:\.\w+)?|cargo\.toml|go\.mod|"
            r"docker-compose\S*|dependencies|\S+\.(?:ya?ml|toml|ini|cfg|conf|json)|(?:\w+ )?config|in git|make target|badge)(?:\b|$)",
            r"bump\b.{0,30}|pin \S+|ignore \S+|add (?:an? )?\.\w+|add a make target|(?:set|bump|raise|change) the (?:\w+ )?version\b",
            r"(?:trag\w*|nimm|setz\w*|erhöh\w*|änder\w*|schalt\w*)\b.{0,50}(?:gitignore|requirements\S*|version|zeilenlänge|"
            r"standardport|config\S*|\S+\.(?:ya?ml|toml|json))",
            r"(?:ajoute|añade|agrega|adicione|aggiungi|passe)\b.{0,40}(?:gitignore|la version|requirements\S*|package\.json)",
        ),
    ),
    (
        "docs",
        _starts(
            r"(?:add|update|fix|write|put|mention|remove|shorten|edit|change|improve|make|correct|document)\b.{0,70}\b(?:readme\S*|changelog\S*|"
            r"docs?|documentation|license|paragraph|heading|table of contents|badges?|link)\b",
            r"(?:shorten|rephrase|reword|proofread|rewrite) (?:this|the|that) (?:sentence|paragraph|text|heading|comment|message|title|"
            r"section|description)\b",
            r"translate\b.{0,60}\b(?:to|into|in)\b|turn (?:these|those|my|the) notes\b|add (?:an? )?(?:entry|example|link)\b",
            r"(?:ergänz\w*|trag\w*|übersetz\w*|kürz\w*|aktualisier\w*|den|im)\b.{0,60}(?:readme|changelog|doku\w*|absatz|überschrift\w*|"
            r"englische|deutsche|link)",
            r"(?:ajoute|traduis|traduce|actualiza|traduza|atualize|traduci|aggiorna)\b.{0,50}|.{0,20}(?:翻译|翻訳)",
        ),
    ),
    (
        "summarise",
        _starts(
            r"(?:briefly )?summari[sz]e\b|(?:a |an |the )?(?:short |brief |quick |one[- ](?:sentence|line) )*(?:summary|overview|recap|outline)\b|"
            r"tl;?dr|sum up\b|give (?:me )?(?:a|an)\b.{0,30}\b(?:summary|overview|recap)\b",
            r"(?:list|show|name|enumerate)\b.{0,20}\b(?:function|class|method|public|exported|column|field|section|heading|module)\w*|"
            r"what changed\b|describe (?:this|the) (?:repo\w*|project|file|module|commit)",
            r"fass\w*\b.{0,60}zusammen|(?:eine )?(?:kurze )?zusammenfassung|liste?\b.{0,60}\bauf",
            r"résume\w*|resume\b|resuma\b|resumir|riassumi|samenvat|.{0,20}(?:总结|概括|要約|まとめて)",
        ),
    ),
    (
        "convert",
        _starts(
            r"(?:convert|transform|translate|transpose)\b(?!.{0,40}\b(?:project|codebase|app|application|repo\w*|everything|class components|"
            r"module|package|library|code base|tests)\b)",
            r"(?:turn|change|make|rewrite|express|write)\s+(?:this|that|these|the (?:following|list|loop|query|dict|string|function|json|"
            r"csv|xml|sql|curl)|it)\b.{0,40}\b(?:into|to|as|in|use)\b",
            r"generate (?:a|an|the)? ?(?:typescript |go |rust |pydantic |json )?(?:types?|interface|struct|schema|model)\b.{0,20}\bfrom\b",
            r"(?:wandle?|mach\w*|schreib\w*)\b.{0,50}\b(?:um|markdown|tabelle|json|yaml|comprehension)\b|convert(?:is|ir|ire|e|a)\b|"
            r"convierte|converta|converti|.{0,20}(?:转换成|转成|変換)",
        ),
    ),
    (
        "command",
        _starts(
            r"(?:re-?)?run\b(?! (?:\w+ )?(?:migration|deploy))(?!.{0,60}\b(?:fix|until|and (?:make|then))\b)|(?:start|stop|restart|launch|kill|open) "
            r"(?:the |a |my )?(?:dev |local |web )?(?:server|app|container|process|browser|watcher|readme|file|whatever|docker|compose|storybook|service|\S+\.\w+)",
            r"(?:git|npm|pnpm|yarn|pip|uv|cargo|docker|pytest|ls|cd|cat|brew|apt|kubectl get|curl|tree)\b|make(?: [a-z-]+)?$|"
            r"go (?:build|test|run|mod|vet|fmt|get)\b",
            r"(?:show|print|list|display|cat|open|give)\b(?: me)?.{0,30}\b(?:commits?|branch(?:es)?|diff|status|log|folder|director\w+|"
            r"files? (?:in|here)|contents?|last|first|package\.json|tree|version|env|processes|containers|pods|packages)\b",
            r"(?:create|make|checkout|check out|switch to|delete|merge) (?:a |the )?(?:new )?(?:git )?(?:branch|tag|folder|directory|main|"
            r"build folder|cache folder|empty file|file called)\b|install \S+|uninstall \S+|build (?:the |this )?(?:project|app|image|docs)?$|"
            r"(?:count|zip|unzip|clear|clean) (?:the |up the )?(?:\S+(?:\s+|$)){1,6}$|make (?:the |this )?(?:script|file) executable|(?:pull|fetch|stash)(?: (?:from|the latest|origin|main|--\S+).*)?$",
            r"(?:führ\w*|starte?|bau\w*|zeig\w*|lösch\w* den ordner|leg\w*|lass)\b.{0,50}(?:aus|test\w*|server|projekt|commits?|"
            r"branch|build|diff|an)\b",
            r"(?:lance|exécute|ejecuta|corre|rode|execute|esegui|lancia|montre)\b.{0,30}|运行|テストを(?:実行|走)",
        ),
    ),
    (
        "small_edit",
        _starts(
            rf"(?:add|create|include|insert|append|introduce|put in)\s+{_THE}(?:\S+ ){{0,2}}(?:flags?|options?|switch|arg(?:ument)?s?|param(?:eter)?s?|"
            r"fields?|propert(?:y|ies)|attributes?|columns?|constants?|variables?|defaults?|imports?|methods?|functions?|helpers?|"
            r"checks?|asserts?|guard|newlines?|blank lines?|spaces?|lines?|prints?|log(?:ging)?(?: lines?| statements?)?|returns?|"
            r"return types?|else|elif|case|branch|alias(?:es)?|constructor|placeholder|tooltip|icon|button|class|label|title|words?|"
            r"entry|item|key|values?|prefix|suffix|encoding|timeout|message|command|strings?|\S*[`'\"/=.()<>_-]\S*)(?:\b|\s|$|,)",
            rf"(?:print|log|echo|output|display|show|return|raise|throw|catch|emit)\s+(?!me\b|of\b){_THE}\S+",
            rf"(?:change|set(?! up)|increase|decrease|raise|lower|reduce|bump|update|switch|adjust|modify)\s+{_THE}(?:\S+ ){{1,8}}?(?:to|from|by|so|with)\b",
            rf"(?:change|set|update)\s+{_THE}(?:order|message|default|type|color|colour|text|string|name|value|title|label|prompt|font|size|width|"
            r"help|return|signature|path|url)\b",
            rf"(?:remove|delete|drop|get rid of|strip|omit|eliminate|take out|hide|disable|enable|show|comment out|skip)\s+{_THE}(?:\S+(?:\s+|$)){{1,10}}$",
            rf"(?:move|inline|extract|swap|reorder|pass|accept|allow|include|import|wrap|join|combine|concat\w*|round|center|align|reverse|sort|"
            rf"limit|default|initiali[sz]e|assign|store|read|use|reuse|prefer|rename|copy|put|place|give|turn|take|lower ?case|upper ?case|skip|split|save|define|exit|loop|factor out|"
            rf"ignore|call|keep (?:only|the)|drop|remove|delete|merge)\s+{_THE}\S+",
            rf"make\s+{_THE}(?:\S+ ){{1,4}}?(?:a |an |the )?(?:optional|required|private|public|static|constant|const|global|default|bold|blue|red|green|gr[ea]y|"
            r"bigger|smaller|wider|case[- ]insensitive|lower ?case|upper ?case|property|method|list|set|tuple|dict|string|int|float|bool\w*|"
            r"readonly|read-only|configurable|visible|hidden|clickable|class ?method|dataclass|argument|\d+\S*)\b",
            r"replace\s+(?:[`\"'].+|.{1,60}\b(?:in|on|at) (?:this|that|the|line|here|there)\b|\S*[._()/-]\S* |.{0,25}\b(?:numbers?|strings?|"
            r"words?|text|letters?|lines?|commas?|spaces?|sentence|characters?|names?|print|literals?|icon|image|url)\b)",
            r"(?:let|have)\s+\S+\s+(?:return|take|accept|be|print|default|have|use|raise|show)\b|simplify (?:this|that|the) (?:\w+ )?(?:if|"
            r"condition|expression|line|loop|regex|statement|return|call|function)|write (?:the |this )?\S+ to\b|write the function \S*\(",
            r"it should (?:only |also )?(?:print|return|show|say|be|use|take|accept|raise)\b|(?:we|i) (?:don't|do not) need\b|"
            r"update the (?:\w+ )?(?:call|test|year|import|default|message|url|path|name|comment|version|text|label)\b|"
            r"check (?:that|for|if|whether) (?:\S+(?:\s+|$)){1,8}$",
            r"instead of .{1,40}\b(?:return|use|print|raise|call|write|show|log)\b|(?:that|this|it) (?:should|can|must|could) be\b",
            r"(?:don't (?!let\b)|do not (?!let\b)|no need|never|only|always|rather than) \S+",
            r"(?:if|when) (?:\S+ ){1,9}(?:write|ask|print|return|raise|show|log|exit|use|skip|default|set)\b",
            rf"(?=(?:the|this|that|these|its|our|my|all|each|every|die|der|das)\b){_THE}(?:\S+ ){{1,5}}?(?:should|must|needs? to|can) (?:be|return|have|take|accept|say|print|use|raise|show|go|come|default|start|end)\b",
            r"(?:write|make|create) (?:a|an) (?:small |simple |short |little )?(?:function|helper|method|script|one-liner|regex|snippet|loop)\b"
            r"(?:\s+\S+){0,11}$",
            r"(?:füg\w*|gib|gebe|mach\w*|entfern\w*|lösch\w*|verschieb\w*|änder\w*|setz\w*|schreib\w*|nimm|blend\w*|rund\w*|sortier\w*|"
            r"ersetz\w*|zeig\w*|benutz\w*|verwend\w*|streich\w*|tausch\w*)\s+\S+",
            r"(?:ajoute|affiche|rends|remplace|supprime|enlève|change|utilise|déplace|mets|cambia|elimina|quita|devuelve|agrega|añade|usa|"
            r"muestra|mude|troque|remova|adicione|retorne|mostre|sposta|cambia|aggiungi|rimuovi|togli|stampa|mostra|verander|verwijder)\s+\S+",
            r"(?:把|将).{1,30}(?:改成|改为|换成|移到)|(?:删除|去掉|添加|增加).{1,20}|.{1,20}を.{1,15}(?:にして|に変更|削除|追加)",
        ),
    ),
)
"""Task types whose requests a small model does well, in the order in which they are tried, and how they open."""

NAMES: Final = frozenset(name for name, _ in SIMPLE) | {"ack"}
"""The names of all simple types."""
