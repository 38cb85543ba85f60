[ "$$" = "$BASHPID" ] && echo "main"
[ "$(bash -c 'echo $PPID')" = "$$" ] && echo "the child's parent"
(bash -c 'exit 0'; [ "$BASHPID" -gt "$$" ] && echo greater)
read -r pid comm state ppid pgrp session rest </proc/self/stat
echo "$comm $([ "$pgrp" = "$$" ] && echo own group) $([ "$session" = "$$" ] && echo own session)"
cat /proc/$$/comm; readlink /proc/$$/exe; tr '\0' ' ' </proc/$$/cmdline; echo
