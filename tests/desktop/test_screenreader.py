from __future__ import annotations
from atspi import ENVIRONMENT, reader
__all__=["reader"]

def test_try(reader, make_panel, make_engine, make_tray, views, profile):
    import time
    panel = make_panel()
    make_engine(views["urged"].snapshot)
    make_tray(**ENVIRONMENT)
    panel.wait_item()
    panel.until(lambda: "$12.20" in panel.tooltip())
    panel.activate()
    w = reader.window("Spendlight: today's spend")
    t=time.time()
    for th in w.walk():
        r=th.role
        print(r, repr(th.name), th.focusable, th.focused, th.value if r=='progress bar' else '', th.actions if 'button' in r else '', th.description)
    print(time.time()-t)
