package dev.hotswap.descriptor;

/**
 * A kernel file descriptor as an object with an owner.
 */
public final class Descriptor {

}
