# args: one "two words" "" --x=é -e
echo "$0" "$#" "$@" "$*"
printf '<%s>' "$@"; echo
echo "${BASH_SOURCE[@]}" "$LINENO" "${FUNCNAME[@]}" "$BASH_SUBSHELL" "$SHLVL" "$_"
f() {
  echo "${FUNCNAME[@]} ${BASH_LINENO[@]} ${BASH_SOURCE[@]} $LINENO"
  caller 0
}
f
(echo "$BASH_SUBSHELL"; f)
shift 2; echo "$#" "${1:-empty}"
set -- a b; echo "$@"
echo "$BASH" "$-" "$IFS" "$OPTIND" "$PS4" "${PS1-no PS1}" "$SHELL" "$HOSTNAME" "$MACHTYPE" "$OSTYPE" "$UID" "$EUID" "${GROUPS[*]}" "$PWD" "${OLDPWD-no OLDPWD}"
