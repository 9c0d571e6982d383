package dev.hotswap.handoff;

import dev.hotswap.control.Message;
import dev.hotswap.control.ProtocolException;

/**
 * Reads messages as a handoff does, for tests of other packages.
 */
public final class ReadMessages {

	private ReadMessages() {
	}

	/**
	 * Read a message and close the descriptors that the frame owns then.
	 * @param message the message
	 * @throws ProtocolException if it is refused
	 */
	public static void readAndDiscard(Message message) throws ProtocolException {
		Frame frame = FrameMessages.read(message);
		if (frame instanceof Frame.Offer offer) {
			offer.listeners().forEach((listener) -> listener.descriptor().close());
		}
		else if (frame instanceof Frame.Connections connections) {
			connections.connections().forEach((moving) -> moving.connection().descriptor().close());
		}
	}

}
