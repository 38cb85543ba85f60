errors = []
for kind in (ValueError, TypeError):
    try:
        raise kind("one of several")
    except Exception as e:
        e.add_note("a note")
        errors.append(e)
raise ExceptionGroup("several", errors)
