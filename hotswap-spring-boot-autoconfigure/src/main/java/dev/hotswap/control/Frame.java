package dev.hotswap.control;

import java.util.Map;

/**
 * A message without its descriptors, as it is on the wire.
 *
 * @param type the type
 * @param fields the fields in their order
 * @param descriptors how many descriptors travel with the frame
 */
record Frame(MessageType type, Map<String, String> fields, int descriptors) {

}
