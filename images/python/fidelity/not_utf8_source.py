print("never")
s = "café"
