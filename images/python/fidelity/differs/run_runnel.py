# native: []
# plain: ['runnel']
# cell: ['runnel']
import os

print(os.listdir("/run"))
