# Runs inside the clean system, as root: what a person does with the package, each step checked.
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
unset XDG_RUNTIME_DIR DBUS_SESSION_BUS_ADDRESS HOMEFOLD_DATA_DIR XDG_DATA_HOME XDG_CONFIG_HOME

apt-get update -qq
apt-get install -y -qq --no-install-recommends systemd /homefold.deb >/install.log 2>&1 || { tail -20 /install.log; exit 1; }
test -L /etc/systemd/user/default.target.wants/homefold.service
echo "installed, and every user's login starts the service"

if ldd /usr/bin/homefold /usr/bin/homefold-app | grep 'not found'; then exit 1; fi
useradd --create-home ada
as_ada() { su ada -c "cd && $1"; }
as_ada 'mkdir Photos && echo sea > Photos/beach.txt'
as_ada 'homefold service run --name desk --no-discovery --listen 127.0.0.1:0 >service.log 2>&1 &'
tries=0
until as_ada 'homefold status >/dev/null 2>&1'; do
    tries=$((tries + 1))
    test $tries -lt 100 || { cat /home/ada/service.log; exit 1; }
    sleep 0.1
done
as_ada 'homefold folder create Photos /home/ada/Photos >/dev/null'
as_ada 'homefold wait Photos --timeout 30s >/dev/null'
as_ada 'homefold status'
echo "the installed service answers"

as_ada '/usr/lib/homefold/menu keep /home/ada/Photos/beach.txt' | grep Kept
for entry in kio/servicemenus/homefold.desktop nemo/actions/homefold-keep.nemo_action \
    Thunar/sendto/homefold-keep.desktop nautilus-python/extensions/homefold.py; do
    test -f "/usr/share/$entry"
done
echo "the menus of file managers are there, and what they call works"

pkill -u ada -TERM -x homefold
apt-get remove -y -qq homefold >/remove.log 2>&1 || { tail -20 /remove.log; exit 1; }
grep 'Your files stay where they are' /remove.log
test "$(cat /home/ada/Photos/beach.txt)" = sea
test -d /home/ada/.local/share/homefold
left=$(find /usr /etc -xdev -name '*homefold*' -not -path '/usr/share/doc/*')
test -z "$left" || { echo "left behind: $left"; exit 1; }
apt-get purge -y -qq homefold >/dev/null 2>&1
test "$(cat /home/ada/Photos/beach.txt)" = sea
echo "removed, and the user's files are where they were"
