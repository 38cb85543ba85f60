# native: 0
# plain: 1
# cell: 1
ulimit -c 0
prlimit --core --noheadings --raw --output=SOFT
