"""The words by which people ask for work: what marks a task as simple, and what forbids to call it so.

Everything that lists phrases lives here; ``tasktype`` decides with them. English first, then German, French, Spanish,
Portuguese, Italian, and a few words of Dutch, Chinese and Japanese. Written for Spendlight.

Rules: a simple phrase is matched at the *beginning* of a short request, a guard anywhere in it; a guard always wins.
A guard that is too wide costs a suggestion, a simple phrase that is too wide costs trust: so guards are wide.
"""

from __future__ import annotations

import re
from typing import Final


def _any(*parts: str) -> re.Pattern[str]:
    return re.compile("|".join(parts), re.IGNORECASE)


def _opening(*parts: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(parts)})", re.IGNORECASE)


POLITE: Final = _opening(
    r"(?:hey|hi|hello|ok(?:ay)?|so|now|then|and|also|just|quick(?:ly)?|simply|please|pls|plz|great|good|thanks|nice|cool|"
    r"actually|instead(?! of)|finally|next)\b[\s,.!:;-]*",
    r"(?:can|could|would|will) (?:you|we|u)(?: please| just| quickly| also)*\s+",
    r"(?:i(?:'d| would)? (?:like|want|need) (?:you )?to|i(?:'d| would) like|let's|lets|let us|you should|we should|"
    r"go ahead and|help me(?: to)?|try to|we need to|i need|i want|give me)\s+",
    r"(?:bitte|mal|kurz|und|jetzt|hallo|kannst du|könntest du|kannst du mir)\b[\s,:]*(?:bitte |mal |kurz )*",
    r"(?:s'il te pla[iî]t|stp|peux-tu|pourrais-tu|por favor|puedes|podrías|pode|você pode|per favore|puoi|graag)\b[\s,]*",
    r"(?:in|on|at|before|after|inside|within|for|im|in der|in den|vor|nach)\s[^,\n]{1,40},\s+",
    r"(?:请|帮我|麻烦)\s*",
)
"""What a request begins with before it says what it wants; taken off again and again."""

_CODE = r"(?:\S+)"
_ARTICLE = r"(?:the|a|an|this|that|these|those|its|his|our|my|all|some|each|every|any|one|another|both)"
_DEN = r"(?:de[rnms]|die|das|eine[nrm]?|ein|diese[nrms]?|meine[nrm]?|alle|jede[nrm]?)"

ACKNOWLEDGEMENT: Final = re.compile(
    r"(?:(?:ok(?:ay)?|great|good|thanks?(?: you)?(?: so much| a lot)?|thx|ty|perfect|nice(?: work| job| one)?|great (?:work|job)|cool|awesome|excellent|lgtm|wow|yay|"
    r"hi|hello|hey|good (?:job|work|morning)|well done|nicely done|love it|yep|yup|brilliant|super|fine|alright|works|"
    r"(?:that|it|this)(?:'s| is| looks)? (?:works?(?:ed)?|good|great|fine|perfect|right|better|it|helps|helped|did it|nice)|"
    r"(?:looks?|sounds?|all|works?) (?:good|great|fine|right|perfect)(?: to me)?|works? now|there|"
    r"danke(?: dir| schön)?|passt(?: so)?|sieht gut aus|perfekt|prima|klasse|toll|funktioniert(?: jetzt)?|genau so|"
    r"merci(?: beaucoup)?|parfait|très bien|gracias|perfecto|muy bien|genial|obrigad[oa]|perfeito|ótimo|grazie(?: mille)?|"
    r"perfetto|ottimo|bedankt|dank je|谢谢|很好|不错|ありがとう(?:ございます)?|いいね)[\s,.!:;👍🙏🎉-]*){1,4}",
    re.IGNORECASE,
)
"""All of a text that only closes the turn before it."""

ASSENT: Final = re.compile(
    r"(?:(?:yes|yeah|ya|sure|ok(?:ay)?|please|do(?: it| that| this| so| both| all| them all| the (?:rest|same|others?|next one))?|"
    r"go(?: ahead| on| for it)?|continue|proceed|next|carry on|keep going|both|all of (?:it|them)|again|try again|retry|"
    r"and|now|then|what(?:'s)? next|the (?:first|second|third|last|other)(?: one| option)?|option \w|step \w+|y|"
    r"ja|mach(?: das| es| weiter| so)*|weiter|nochmal|beides|alles|genau|oui|vas-y|continuez?|sí|si|sigue|adelante|sim|"
    r"continu[ea]|prosegui|va bene|继续|好的?|是的?|続けて|はい)[\s,.!:;?-]*){1,6}",
    re.IGNORECASE,
)
"""All of a text that lets something go on whose size it does not say."""

GUARDS: Final[tuple[tuple[str, re.Pattern[str]], ...]] = (
    (
        "complaint",
        _any(
            r"^(?:nope|nah|wrong|hm+|nein|falsch|non|não)\b|^no\b(?=\W*$|[,.!]| that| it| i | you| this)|^(?:stop|wait)(?=[,.!]|$)|^(?:错|不对)",
            r"\b(?:still|again|keeps?|immer noch|wieder|toujours|encore|sigue|todavía|ainda|ancora)\b.{0,30}\b(?:fail\w*|broken|"
            r"wrong|error\w*|crash\w*|same|not|n't|doesn't|isn't|hangs?|prints?|shows?|nicht|falsch|kaputt|fehler|pas|"
            r"erreur|fall\w+|mal|errad\w|erro|errore)\b",
            r"\byou (?:broke|forgot|removed|deleted|changed|missed|didn't|did not|haven't|have not|should(?:n't| not) have|lost|"
            r"messed|ignored|keep|are changing|made a mistake)",
            r"\b(?:that|this|it)(?:'s| is| was|s)? (?:not (?:right|what|it|correct|quite)|wrong|worse|incorrect)\b",
            r"\bnot what i\b|\b(?:didn't|did not|doesn't|does not) (?:help|fix|work|do what)|\bsame (?:problem|error|issue)\b",
            r"\b(?:undo|revert|roll ?back|put (?:it|that) back|rückgängig|annule|deshaz|desfa[çz])\b",
            r"\b(?:du hast|das ist falsch|so nicht|geht (?:immer )?(?:noch )?nicht|gleicher fehler)\b|还是不|まだ",
        ),
    ),
    (
        "debug",
        _any(
            r"\b(?:why|how come|warum|wieso|weshalb|woher|pourquoi|por qu[eéê]|perché|waarom)\b|为什么|为何|なぜ|どうして",
            r"^debug\b|\bdebug (?:this|the|it|why|my|our)\b(?! (?:output|print|log|flag))|\bcaus(?:es?|ing|ed)\b|\b(?:investigat\w*|diagnos\w*|troubleshoot\w*|root cause|figure out|find out|track down|look into|"
            r"reproduc\w*|bisect|trace (?:the|this|down))\b",
            r"\b(?:bugs?|buggy|broken(?! link)|crash\w*|segfault\w*|hang(?:s|ing)?|freez\w+|leak\w*|deadlock\w*|race condition|flak[ye]\w*|"
            r"intermittent\w*|sporadic\w*|random(?:ly)? (?:fail|hang|crash|stop)\w*|stack ?trace|traceback|core dump\w*|panics?|"
            r"oom|garbled|corrupt\w*|regression)\b",
            r"\b(?:doesn't|does not|don't|isn't|is not|aren't|won't|can't|cannot|didn't|not) (?:seem to |really )?(?:work|load|run|"
            r"start|open|show|appear|compile|build|respond|updat|sav|render|match|pass|find|connect|being|called|get)\w*",
            r"\b(?:fail(?:s|ed|ing|ure|ures)?|sometimes|occasionally|unexpected(?:ly)?|mysterious\w*)\b",
            r"\b(?:get(?:s|ting)?|got|throw(?:s|ing)?|see(?:ing)?|hit(?:ting)?|raises?|causing|caused) (?:\S+ ){0,3}(?:\w*errors?|"
            r"\w*exceptions?|warnings?|none|null|undefined|nan|40\d|50\d)\b",
            r"\b(?:errors?|exceptions?|issues?|problems?) (?:when|while|if|in|on|during|after|with|from|occur\w*|about|:)",
            r"\bwhere (?:does|do|is|are) .{1,40} com(?:e|ing) from\b|"
            r"^fix (?:it|this|that|these|them|all)\W*$|"
            r"\bfix (?:(?:the|this|that|these|all) )+(?:\w+ )?(?:tests?|build|ci|bugs?|issues?|problems?|errors?|crash|pipeline)\b",
            r"\b(?:tests?|build|suite|ci|pipeline|everything) (?:\w+ )?(?:pass|green|red|work)\b",
            r"\b(?:(?!tipp|schreib|rechtschreib)\w*fehler (?:beim|in|wenn|tritt|auf|behebe|finde)|(?:finde?|behebe?|such\w*) (?:\w+ ){0,2}(?:fehler|ursache)|"
            r"funktioniert (?:\w+ )?nicht|geht nicht|läuft nicht|kaputt|stürzt|absturz|hängt|schlägt fehl|fehlschlag\w*|bricht ab|"
            r"manchmal|untersuch\w*|ursache)\b",
            r"ne (?:marche|fonctionne) p\w+|\bplante\b|\béchou\w*|\bbug\b|\bno funciona\b|\bfalla\w*|\bse cierra\b|\bnão funciona\b|"
            r"\bfalha\w*|\btrava\b|\bnon funziona\b|\bfallisce\b|\bfaalt\b|失败|报错|崩溃|调试|バグ|落ち|エラー|動かない",
        ),
    ),
    (
        "perf",
        _any(
            r"\b(?:slow\w*|fast(?:er|est)?|speed\w*|perform(?:s|ance|ant)|optimi[sz]\w*|efficien\w*|latency|throughput|p9\d|"
            r"profil(?:e|ing) (?:the|this|and)|memory (?:usage|use|consumption|footprint|growth)|cpu|bottleneck\w*|vectori[sz]e|"
            r"paralleli[sz]\w*|in parallel|bundle size|cach(?:e|ing) (?:the|all|results?|layer|it)|n\+1|scal(?:e|able|ability|ing)"
            r"|cold start|million|gigabytes?)\b",
            r"\b(?:langsam\w*|schneller|leistung|optimier\w*|speicherverbrauch|lent\w*|plus vite|rapide\w*|lento|lenta|"
            r"(?:más|mais) rápid\w*|optimiz\w*|otimiz\w*|ottimizz\w*)\b|性能|优化|速く|遅い",
        ),
    ),
    (
        "security",
        _any(
            r"\b(?:secur(?:e|ity|ely)|vulnerab\w*|exploit\w*|injection|xss|csrf|cve|auth(?:entication|ori[sz]\w*|n|z)?|oauth\w*|"
            r"saml|sso|jwt|encrypt\w*|decrypt\w*|ciphertext\w*|cryptograph\w*|credentials?|secrets?|passwords?|permissions?|"
            r"access control|rbac|sandbox\w*|saniti[sz]\w*|threats?|attack\w*|harden\w*|audit\w*|pentest\w*|privacy|gdpr|"
            r"login|log-in|sign-?on|tenants?)\b",
            r"\b(?:sicherheit\w*|schwachstelle\w*|verschlüssel\w*|anmeldung|berechtigung\w*|passw[oö]rt\w*|sécurité|failles?|"
            r"chiffr\w*|seguridad|cifra\w*|autentica\w*|segurança|criptograf\w*|sicurezza)\b|安全|漏洞|加密|認証|セキュリティ",
        ),
    ),
    (
        "design",
        _any(
            r"\b(?:architect\w*|design(?:s|ing|ed)? (?!tokens?\b)|propos(?:e|al)|plan(?:s|ning)? (?:for|to|the|how|a|out)|"
            r"a plan|strateg\w*|approach\w*|trade-?offs?|best (?:way|practice)\w*|(?:my|our|the) options|interacts?|better way|pros and cons|recommend\w*|evaluate|"
            r"compare|suggest(?:ions?|s)? (?:improve|how|a better|for|about|ways?|to)|improvements?|brainstorm|think (?:about|hard|"
            r"through)|review|feedback|critique|advice|opinion|edge cases?|what do you think|figure|roadmap|spec(?:ification)?)\b",
            r"\bshould (?:we|i|this|it|you|that)\b|\b(?:could|would) (?:we|i|this|it|that)\b|\bwould you (?:do|say|recommend|change)\b|\bhow (?:should|could|would|can|do|might) (?:we|you|it|one)\b|"
            r"\bwhat(?:'s| is| are| would be)? (?:the )?(?:best|better|right|proper|cleanest|most|you|other ways?)\b",
            r"\bcan you (?:suggest|think|improve|see)\b|\bwe need a way\b",
            r"\b(?:architektur|entwirf|entwerfe\w*|konzept\w*|vorschlag|schlag\w* vor|überleg\w*|plan|ansatz|ansätze|vergleich\w*|"
            r"sollte[nst]*|empfiehl|randfälle|beste[rn]? weg|denk\w*|conçois|propose|devrait|diseña|propón|debería|mejor forma|"
            r"compara|desenhe|proponha|deveria|progetta|proponi)\b|设计|方案|架构|設計|提案",
        ),
    ),
    (
        "refactor",
        _any(
            r"\bsomething (?:better|readable|nicer|simpler|cleaner|else)\b|\b(?:cleaner|more (?:readable|elegant|pythonic|maintainable))\b",
            r"\b(?:refactor\w*|restructur\w*|reorgani[sz]\w*|rewrite (?:the|this|that|it|all|in|everything|from)\b(?! (?:sentence|"
            r"paragraph|comment|heading|line|message|text|title|docstring|as)\b)|clean(?:ing)? ?(?:it|this|that|things|everything)? ?up|"
            r"cleanup|modulari[sz]e|decouple|untangle|disentangle|extract (?:\w+ ){0,3}(?:module|package|service|class|library)s?|"
            r"split (?:\w+ ){0,5}(?:into|out|up|apart|from)|break (?:\w+ ){0,4}(?:into|apart|up|the)|deduplicat\w*|unify|consolidat\w*|"
            r"generali[sz]e|abstract\w*|dependency injection|circular|port (?:this|it|the (?:\w+ )?(?:app|code|project|\w+) to)|migrat\w*|upgrad\w+|"
            r"switch (?:from|over)|move (?:away|from|to|everything)|moderni[sz]e|get rid of the (?:singleton|global)\w*|"
            r"global state|state machine|(?:into|to) (?:a|an|its own|one) class|global variables|inheritance|composition|at the same time|every (?:call|caller|class|module|file|service)|generic|idempotent|immutable|thread-?saf\w*|concurren\w*|async(?:hronous)?)\b"
            r"(?!/await in this function| in this function)",
            r"\b(?:everywhere(?! in this)|across|throughout|the (?:whole|entire) (?:\w+ )?(?:app\w*|code\w*|project|repo\w*|module|"
            r"package|site|thing|system|service)|all (?:the )?(?:modules|services|callers?|classes|components|layers|handlers|"
            r"packages|subclasses|repos\w*|models|pages|entities)|code ?base|whole app|from scratch|end[- ]to[- ]end|monolith)\b",
            r"\b(?:refaktor\w*|räum\w* (?:\w+ ){0,3}auf|aufräumen|umbau\w*|zerleg\w*|überall|ganze[nsr]?|gesamte[nsr]?|migrier\w*|"
            r"portier\w*|umstell\w*|stell\w* (?:\w+ ){0,6}um|zirkulär\w*|threadsicher|refactoris\w*|restructur\w*|toute l'|"
            r"partout|réécri\w*|refactoriza\w*|reescrib\w*|migra\w*|tod[oa] (?:el|la|o|a|esto)|refator\w*|reescrev\w*|riscriv\w*|"
            r"tutto)\b|重构|迁移|整个|リファクタ|書き直",
        ),
    ),
    (
        "data_risk",
        _any(
            r"\b(?:prod(?:uction)?|live (?:system|site|data)|databases?|migrations?|backfill\w*|(?:merge|join|split|combine) (?:\w+ ){0,3}tables?|primary keys?|foreign keys?|"
            r"drop (?:the |all )?(?:\w+ )?(?:table|database|index|schema|column)s?|truncate|delete (?:all|every|inactive|old|"
            r"everything)|purge|wipe|reset (?:the|--hard|to)|force[- ]push|push (?:\w+ ){0,3}(?:--force|to (?:main|master|origin))|"
            r"rm -rf|deploy\w*|roll ?out|releas(?:e|ing) (?:it|this|the|to|a)|publish|terraform|kubectl|downtime|customers?|"
            r"referential|git history|anonymi[sz]e|rotat(?:e|ing)|billing|invoices?|payments?)\b",
            r"\b(?:produktion\w*|datenbank\w*|kundentabelle\w*|kundendaten|ausliefer\w*|spiel\w* (?:\w+ ){0,3}ein|base de "
            r"(?:données|production|datos)|producción|produção|banco de dados|produzione)\b|生产|数据库|本番|データベース",
        ),
    ),
    (
        "feature",
        _any(
            r"\b(?:implement\w*|build (?:a|an|me|out|the (?:feature|ui|page|app))|integrat(?:e|ion)\w*|develop\w*|"
            r"support (?:for|of|multiple|more|streaming|windows|both|unicode)|add (?:\w+ )?support|^support|wire|hook (?:\w+ ){0,4}(?:up|into)|"
            r"(?:create|write|make|build|set ?up) (?:me )?(?:a|an|the|some)? ?(?:\w+ ){0,3}(?:app|application|api|service|server|"
            r"system|client|library|framework|plugin|extension|dashboard|website|site|game|bot|crawler|scraper|tool|cli|pipeline|"
            r"dockerfile|parser|compiler|interpreter|engine|editor|module|package|suite|panel|page|component|program|integration|"
            r"middleware|daemon|workflow|simulation|model|daten\w*)s?|pagination|dark ?mode|offline|real-?time|websockets?|"
            r"notifications?|internationali[sz]ation|i18n|drag and drop|autocomplete|rate limit\w*|add (?:a )?retr(?:y|ies)|retries|retry (?:with|when|if|logic|on|the|failed)|backoff|"
            r"back-?pressure|middleware|feature flags?|undo and redo|(?:add|write|create|generate) (?:some |more |the |unit |new |all )*tests\b|(?:integration|e2e|fuzz|property|load|regression)"
            r"[- ]tests?|test coverage|tests for (?:the|all|every|each)|error handling|gracefully|robust\w*|production[- ]ready|"
            r"automat(?:e|ically)|finish (?:the|this|it)|missing (?:methods|functions|parts|features)|handles? (?:all|unicode|"
            r"timezones?|conflicts?|network|errors?|concurrency)|sync(?:s|hroni[sz]e)?)\b",
            r"\b(?:let|allow) (?:the )?(?:users?|people|customers|admins|visitors)\b|"
            r"\b(?:schreib\w*|bau\w*|erstell\w*) (?:\w+ ){0,3}(?:parser|programm|dienst|server|app|anwendung|bibliothek|werkzeug|spiel)\b|"
            r"\bfüge? (?:\w+ ){0,3}(?:suche|anmeldung|unterstützung|filterung|seite)\b",
            r"\b(?:implementier\w*|bau\w* (?:\w+ ){0,3}ein|entwickl\w*|integrier\w*|binde? (?:\w+ ){0,4}an|unterstütz\w*|"
            r"erstell\w* (?:\w+ ){0,2}(?:api|rest\S*|app|anwendung|dienst|seite|programm)|integrationstest\w*|testabdeckung|"
            r"plugin-system|fehlerbehandlung|programm, das|verbesser\w*|implément\w*|intégr\w*|mode hors ligne|implementa\w*|"
            r"crea una? (?:api|app\w*|servicio|página)|mejora\w*|arregla\w*|implemente|cadastro|melhore|conserta\w*|supporto)\b"
            r"|实现|开发|実装|作成して",
        ),
    ),
    (
        "algorithm",
        _any(
            r"\b(?:algorithm\w*|solve\w*|solver|minimi[sz]e|maximi[sz]e|optimal\w*|prove|proof|np-|dynamic programming|shortest path|"
            r"longest (?:common|path|prefix|valid|increasing|palindrom\w*)|o\(\w+|constraints?|schedul(?:e|er|ing)|(?:for|parse) (?:this|the|a) grammar|grammar (?:with|rules)|recursive descent|lock-?free|consensus|raft|convex|"
            r"neural|backprop\w*|regex engine|complexity|given (?:an|a|two) (?:array|list|string|number|integer|graph|matrix|tree)\w*|"
            r"subarrays?|subsequences?|permutations?|combinatori\w*|reverse[- ]engineer\w*|heuristics?|similar(?:ity)?|closest|minimal|simulate|cipher\w*)\b",
            r"\b(?:algorithmus|kürzeste[nr]?|nebenbedingung\w*|analyseur|algorithme|algoritmo|planificador|restricciones)\b|算法|最短",
        ),
    ),
    (
        "careful",
        _any(
            r"\b(?:ultra-?think|think (?:harder|hard|deeply|step|it through|twice)|careful\w*|thorough\w*|step by step|make sure|ensure|"
            r"double[- ]check|without (?:breaking|changing|losing|affecting|down)|backwards?[- ]compat\w*|public api|"
            r"all (?:callers|call sites|usages|references|occurrences in)|nothing (?:else )?(?:breaks|depends)|safely|"
            r"behind it|edge[- ]case\w*|correctly|properly|as discussed|the rest|remaining|use your|judge?ment|proper|but (?:stay|warn|nothing|keep the|make sure))\b",
            r"\b(?:sorgfältig|gründlich|abwärtskompatibel|ohne dass|stell\w* sicher|kümmer\w*|den rest|sans casser|attention|"
            r"sin romper|cuidado|asegúrate|certifique-se|senza rompere)\b",
        ),
    ),
)
"""What makes a request one that is left alone, in the order in which it is looked for: name and words."""
