package dev.hotswap.web.netty;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Map;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.CombinedChannelDuplexHandler;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.HttpObjectDecoder;
import io.netty.handler.codec.http.HttpServerCodec;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Whether Netty's decoders hold the beginning of a message. They show it to subclasses
 * only, and HTTP's codec cannot be subclassed.
 */
final class BufferedInput {

	private static final Log logger = LogFactory.getLog(BufferedInput.class);

	private static final @Nullable BufferedInput INSTANCE = find();

	private final Method readableBytes;

	private final Method inboundHandler;

	private final Field state;

	private BufferedInput() throws ReflectiveOperationException {
		this.readableBytes = ByteToMessageDecoder.class.getDeclaredMethod("actualReadableBytes");
		this.readableBytes.setAccessible(true);
		this.inboundHandler = CombinedChannelDuplexHandler.class.getDeclaredMethod("inboundHandler");
		this.inboundHandler.setAccessible(true);
		this.state = HttpObjectDecoder.class.getDeclaredField("currentState");
		this.state.setAccessible(true);
	}

	private static @Nullable BufferedInput find() {
		try {
			return new BufferedInput();
		}
		catch (ReflectiveOperationException | RuntimeException ex) {
			logger.warn("Connections cannot be moved with this version of Netty", ex);
			return null;
		}
	}

	/**
	 * Whether this version of Netty has the known members.
	 * @return whether {@link #isEmpty} can tell
	 */
	static boolean isKnown() {
		return INSTANCE != null;
	}

	/**
	 * Whether no decoder of a connection holds any input. Called on its event loop.
	 * @param pipeline the connection's pipeline
	 * @return whether all that was read has been passed on; where it cannot be told,
	 * {@code true}
	 */
	static boolean isEmpty(ChannelPipeline pipeline) {
		if (INSTANCE == null) {
			return true;
		}
		for (Map.Entry<String, ChannelHandler> handler : pipeline) {
			if (!INSTANCE.isEmpty(handler.getValue())) {
				return false;
			}
		}
		return true;
	}

	private boolean isEmpty(ChannelHandler handler) {
		try {
			if (handler instanceof HttpServerCodec) {
				Object decoder = this.inboundHandler.invoke(handler);
				// Between two messages a decoder is in its first state
				return this.readableBytes.invoke(decoder).equals(0)
						&& ((Enum<?>) this.state.get(decoder)).ordinal() == 0;
			}
			return !(handler instanceof ByteToMessageDecoder) || this.readableBytes.invoke(handler).equals(0);
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
