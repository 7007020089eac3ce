#!/bin/sh
# Backs up into BACKUP_LOG/<time> and BACKUP_KEYS and keeps the newest BACKUP_KEEP of the log. Of
# the keys only the newest is kept: an older one could open what was erased since.
set -eu
log=${BACKUP_LOG:?the folder for backups of the log}
keys=${BACKUP_KEYS:?the folder for the backup of the keys, on another disk}
keep=${BACKUP_KEEP:-14}
root=$(cd "$(dirname "$0")/../.." && pwd)

case $keep in
'' | *[!0-9]* | 0) echo "BACKUP_KEEP must be a number from 1 on, not $keep." >&2 && exit 2 ;;
esac

# Colons would have to be quoted in rsync and scp.
new=$log/linli-$(date -u +%Y%m%dT%H%M%SZ)
"$root/node_modules/node/bin/node" "$root/services/linli/src/main.ts" \
  backup "$new" --keys "$keys" || { rm -rf "$new" && exit 1; }

# The names sort by time. Only what holds the note of a finished backup counts or goes.
count=0
for old in $(cd "$log" && ls -1r); do
  case $old in linli-*) ;; *) continue ;; esac
  [ -f "$log/$old/backup.json" ] || continue
  count=$((count + 1))
  if [ "$count" -gt "$keep" ]; then rm -rf "${log:?}/$old"; fi
done
