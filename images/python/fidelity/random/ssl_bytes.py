import ssl

print("ssl", ssl.RAND_bytes(16).hex())
