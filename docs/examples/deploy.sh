#!/bin/sh
# deploy.sh 1.5.0 build, in the environment of the service; build has shop.jar and shop.jar.sha256, and nothing else
cp -rT "$2" "$HOTSWAP_RELEASE_DIRECTORY/releases/.$1" &&
mv -T "$HOTSWAP_RELEASE_DIRECTORY/releases/.$1" "$HOTSWAP_RELEASE_DIRECTORY/releases/$1" &&
exec java -jar "$HOTSWAP_RELEASE_DIRECTORY"/current/*.jar --hotswap.command=handoff --hotswap.command-release="$1"
