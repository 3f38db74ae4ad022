"""The desktop: the tray icon, its menu and its popover.

A view of the engine and nothing more: it talks to it through the control socket (``trayapp.control``), keeps no
money and no file of its own but a lock, a log and crash reports, and may die or be quit without any tool noticing.

The rooms inside: ``view`` (what is known), ``money`` ``meter`` ``glance`` (pure: text and figures), ``icon`` ``look``
``gauges`` (painting), ``tray`` ``menu`` ``popover`` ``priceentry`` (what the user touches), ``link`` (the socket),
``single`` ``signals`` ``crash`` ``pulse`` ``app`` (the process).
"""
