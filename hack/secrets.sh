#!/usr/bin/env bash
# gitleaks on every commit that is here and on what is not committed yet: a secret that was ever in git is out, also when
# the next commit takes it away. First it has to find one that is planted, so that a silent detector is no pass.
source "$(dirname "$0")/lib.sh"

gitleaks=$(hack/tool.sh gitleaks)
leaks() { "$gitleaks" "$@" --no-banner --redact --log-level error --verbose --config .gitleaks.toml; }

planted=$(mktemp -d)
trap 'rm -rf "$planted"' EXIT
# Put together here, or it would be found in this file.
printf 'token = "%s_%s"\n' ghp "$(printf canary | sha256sum | cut -c 1-36)" >"$planted/token.txt"
if leaks dir "$planted" >/dev/null 2>&1; then
  echo "gitleaks does not find a token that was planted" >&2
  exit 1
fi

if git rev-parse --git-dir >/dev/null 2>&1; then
  leaks git --log-opts=HEAD .
  leaks git --pre-commit .
else
  leaks dir .
fi
