ulimit -s 256
f() { f; }
f 2>/dev/null
