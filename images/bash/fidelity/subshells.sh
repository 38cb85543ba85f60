x=1
(x=2; cd /tmp; echo "$x $PWD $BASH_SUBSHELL")
echo "$x $PWD"
{ x=3; }
echo 5 | read -r y; echo "[$y]"
shopt -s lastpipe; echo 5 | read -r y; echo "[$y]"
[ "$BASHPID" = "$$" ] && echo same; ([ "$BASHPID" = "$$" ] || echo other)
echo "$x"; (exit 4); echo $?
