#!/bin/sh
# Makes the namespace ready for the engine: how long closed workflows stay, and by what they can be searched.
# Repeating it changes nothing. From the environment: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE.
set -eu

# Without it closed workflows vanish after three days, in the middle of most campaigns.
RETENTION=90d

KEYWORDS="Stage CampaignId Brand WaitingOn WaitingFor Outcome"
DATETIMES="Deadline"

PATIENCE=60 # attempts, a second apart

until temporal operator cluster health >/dev/null 2>&1; do
    PATIENCE=$((PATIENCE - 1))
    [ "$PATIENCE" -gt 0 ] || { echo "Temporal does not answer at $TEMPORAL_ADDRESS" >&2; exit 1; }
    sleep 1
done

if temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
    temporal operator namespace update --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
else
    temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
fi

# Every part of the server learns of a new namespace, or of a new attribute, a little later than the one that was told.
retried() {
    while ! "$@"; do
        PATIENCE=$((PATIENCE - 1))
        [ "$PATIENCE" -gt 0 ] || exit 1
        sleep 1
    done
}

names() { # the search attributes that the server knows, one a line
    temporal operator search-attribute list --namespace "$TEMPORAL_NAMESPACE" --output json | tr -c 'A-Za-z0-9_' '\n'
}

register() { # type, names
    type=$1
    shift
    known=$(names) || return 1
    for name in "$@"; do
        echo "$known" | grep -qx "$name" ||
            temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" --name "$name" --type "$type" ||
            return 1
    done
}

usable() { # a query that names them all is what proves that they can be used
    query=""
    for name in $KEYWORDS $DATETIMES; do
        query="${query:+$query AND }$name IS NULL"
    done
    temporal workflow count --namespace "$TEMPORAL_NAMESPACE" --query "$query" >/dev/null
}

# shellcheck disable=SC2086 # the lists are words
retried register Keyword $KEYWORDS
# shellcheck disable=SC2086
retried register Datetime $DATETIMES
retried usable
echo "Namespace $TEMPORAL_NAMESPACE is ready"
