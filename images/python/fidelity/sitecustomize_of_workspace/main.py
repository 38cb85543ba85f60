# env: PYTHONPATH=/workspace/lib
import sitecustomize

print("main", sitecustomize.__file__)
