trap 'echo exit of $([ $BASHPID = $$ ] && echo main || echo sub)' EXIT
(echo in a subshell)
(trap 'echo own trap' EXIT; echo in another)
echo $(trap)
echo main
