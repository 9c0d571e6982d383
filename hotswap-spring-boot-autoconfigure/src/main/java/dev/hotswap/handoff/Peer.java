package dev.hotswap.handoff;

import dev.hotswap.process.ProcessId;

/**
 * The other end of a link.
 *
 * @param link the number of the control connection
 * @param process who it is
 */
record Peer(int link, ProcessId process) {

}
