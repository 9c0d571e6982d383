package dev.hotswap.control;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import dev.hotswap.descriptor.Descriptor;

/**
 * A message on the control socket: a type, named strings, and descriptors, which it owns
 * until they are taken. Type and fields are immutable. Thread-safe.
 */
public final class Message implements AutoCloseable {

	private final Frame frame;

	private List<Descriptor> descriptors;

	Message(Frame frame, List<Descriptor> descriptors) {
		this.frame = frame;
		this.descriptors = List.copyOf(descriptors);
	}

	/**
	 * Begin a message.
	 * @param type any type but {@link MessageType#UNKNOWN}
	 * @return a builder
	 */
	public static Builder of(MessageType type) {
		if (type == MessageType.UNKNOWN) {
			throw new IllegalArgumentException("A message needs a type that is known");
		}
		return new Builder(type);
	}

	/**
	 * The type.
	 * @return the type
	 */
	public MessageType type() {
		return this.frame.type();
	}

	/**
	 * A field's value.
	 * @param name the field's name
	 * @return the value, or {@code null} when the field is absent
	 */
	public @Nullable String field(String name) {
		return this.frame.fields().get(name);
	}

	/**
	 * The value of a field without which the message makes no sense.
	 * @param name the field's name
	 * @return the value
	 * @throws ProtocolException if the field is absent
	 */
	public String require(String name) throws ProtocolException {
		String value = field(name);
		if (value == null) {
			throw new ProtocolException(type() + " lacks the field '" + name + "'");
		}
		return value;
	}

	/**
	 * All fields.
	 * @return an unmodifiable map in the sender's order
	 */
	public Map<String, String> fields() {
		return this.frame.fields();
	}

	/**
	 * Take the descriptors. The caller owns them from now on.
	 * @return the descriptors in the sender's order; empty when there are none (any more)
	 */
	public synchronized List<Descriptor> takeDescriptors() {
		List<Descriptor> taken = this.descriptors;
		this.descriptors = List.of();
		return taken;
	}

	/**
	 * Close the descriptors that have not been taken.
	 */
	@Override
	public void close() {
		takeDescriptors().forEach(Descriptor::close);
	}

	@Override
	public String toString() {
		return type() + " " + fields().keySet();
	}

	/**
	 * Header and payload.
	 * @return a new buffer, ready to be read
	 */
	ByteBuffer encode() {
		return FrameCodec.encode(this.frame);
	}

	/**
	 * The descriptors, on loan.
	 * @return the descriptors that have not been taken
	 */
	synchronized List<Descriptor> descriptors() {
		return this.descriptors;
	}

	/**
	 * Builds a message. Not thread-safe, for one message only.
	 */
	public static final class Builder {

		private final MessageType type;

		private final Map<String, String> fields = new LinkedHashMap<>();

		private final List<Descriptor> descriptors = new ArrayList<>();

		private Builder(MessageType type) {
			this.type = type;
		}

		/**
		 * Set a field.
		 * @param name the name
		 * @param value the value; {@code null} leaves the field absent
		 * @return this builder
		 */
		public Builder field(String name, @Nullable Object value) {
			if (value != null) {
				this.fields.put(name, value.toString());
			}
			return this;
		}

		/**
		 * Add descriptors, which the message owns from now on.
		 * @param descriptors the descriptors, at most 32 a message
		 * @return this builder
		 */
		public Builder descriptors(List<Descriptor> descriptors) {
			this.descriptors.addAll(descriptors);
			return this;
		}

		/**
		 * Build the message.
		 * @return the message
		 * @throws IllegalArgumentException if the message has more than 32 descriptors or
		 * does not fit into 1 MiB; its descriptors are closed then
		 */
		public Message build() {
			Frame frame = new Frame(this.type, Collections.unmodifiableMap(new LinkedHashMap<>(this.fields)),
					this.descriptors.size());
			try {
				FrameCodec.encode(frame);
			}
			catch (IllegalArgumentException ex) {
				this.descriptors.forEach(Descriptor::close);
				throw ex;
			}
			return new Message(frame, this.descriptors);
		}

	}

}
