print("carriage")
if True:
    print("""a
b""".encode())
raise SystemExit(2)
