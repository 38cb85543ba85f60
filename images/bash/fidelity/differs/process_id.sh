# native: greater than 2, an ordinary parent
# plain: 2, process 1
# cell: 2, none
[ $$ = 2 ] && own=2 || own="greater than 2"
case $PPID in 0) parent=none ;; 1) parent="process 1" ;; *) parent="an ordinary parent" ;; esac
echo "$own, $parent"
