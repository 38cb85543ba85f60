import gc

kept = open("kept.txt", "w")
kept.write("content")
gc.freeze()
print("end of main")
