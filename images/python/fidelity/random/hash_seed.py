# shared in a cell: hash
print("hash", hash("a string"))
