# native: 0
# cell: frozen by the warm interpreter
# cold cell: 0
import gc

print(gc.get_freeze_count() and "frozen by the warm interpreter")
