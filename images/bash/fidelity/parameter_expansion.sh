p=/a/b/file.tar.gz
echo "${p##*/} ${p%.*} ${p%%.*} ${p/b/X} ${p^^} ${p:3:4} ${#p} ${p@Q}"
echo "${u-default}" "${u:=assigned}" "$u" "${u:+alt}"
indirect=p; echo "${!indirect}" "${!p*}"
echo "${missing:?is required}"
echo never
