# native: []
# plain: ['runnel']
# cell: []
import os

print(os.listdir("/run"))
