print("never")
s = 'not closed
