echo "$PWD $OLDPWD"
cd /tmp; echo "$PWD $OLDPWD"; cd -; pwd -P
cd /nowhere; echo $?
mkdir -p d; ln -s d l; cd l; pwd; pwd -P; cd ..; pwd
pushd /usr; popd; dirs
cd; pwd; cd ~root 2>&1; pwd; echo ~ ~runnel
rm -r ~/d; cd l; echo $?
echo x >/usr/x; echo x >/x; mkdir /usr/d
id; whoami; hostname; groups
