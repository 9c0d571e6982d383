package dev.hotswap.descriptor;

import java.net.InetSocketAddress;

/**
 * A listening TCP socket of this process, as procfs shows it.
 *
 * @param number one of its descriptors' numbers
 * @param inode the socket's inode, which tells sockets of one address apart
 * @param address the local address; a v4-mapped address is an IPv4 address here
 */
public record ListeningSocket(int number, long inode, InetSocketAddress address) {

}
