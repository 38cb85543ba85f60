import sys

for i in range(60000):
    print(i, "x" * (i % 100))
sys.stderr.write("e" * 300000)
