help : | head -n 1
enable -n echo; type echo; enable echo
type cd if ls2
cd a b; echo $?
shift 5; echo $?
unset 1a; echo $?
export 2x=1; echo $?
declare -Z; echo $?
kill -l 9; kill -l TERM; kill -NOPE 1; echo $?
return 3
echo "outside of a function $?"
local z=1
