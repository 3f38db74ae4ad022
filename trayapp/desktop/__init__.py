"""The desktop: the tray icon, its menu and its popover.

A view of the engine and nothing more: it talks to it through the control socket (``trayapp.control``), keeps no money
and no file of its own but a lock, a log, crash reports and what was told (``toldbook``), and may die or be quit without
any tool noticing.

The rooms inside: ``view`` (what is known), ``money`` ``meter`` ``glance`` ``choicewords`` ``ruletext`` ``prose`` (pure:
text and figures, in the tongue that ``language`` has installed in ``trayapp.tongue``),
``icon`` ``look`` ``gauges`` ``buttons`` (painting), ``tray`` ``menu`` ``modelsmenu`` (the icon), ``popover`` and its
parts (``offer`` with ``card`` and ``undostrip``, ``livecalls``, ``breakdown``, ``planrows``, ``modelsection`` with
``rulerows``), ``priceentry`` ``toolswindow`` with ``toolwords`` (windows), ``notifications`` with ``announcing`` and
``gathering`` (words, pure), ``telling`` (rules, pure), ``toldbook`` (memory), ``buttoned`` (D-Bus) and ``snoozemenu``,
``link`` (the socket), ``single`` ``signals`` ``crash`` ``pulse`` ``app`` (the process). What the icon alone does not
need is imported when it is first wanted.
"""
