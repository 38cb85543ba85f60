# interpreter flags: --no-such-flag
print("never")
