package dev.hotswap.handoff;

import dev.hotswap.web.IdleConnection;

/**
 * A connection on its way from one process to the next.
 *
 * @param id its number, unique in the process that gives it up
 * @param connection the connection
 */
record MovingConnection(long id, IdleConnection connection) {

}
