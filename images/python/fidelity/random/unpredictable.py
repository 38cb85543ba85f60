import os
import random
import secrets
import tempfile
import uuid
import multiprocessing

print("random", random.random())
print("random-integer", random.getrandbits(64))
print("uuid4", uuid.uuid4())
print("uuid1", uuid.uuid1())
print("urandom", os.urandom(8).hex())
print("token", secrets.token_hex())
print("temporary", tempfile.mktemp())
print("authkey", bytes(multiprocessing.current_process().authkey).hex())
print("system-random", random.SystemRandom().random())
