x = 1
breakpoint()
print("not reached")
