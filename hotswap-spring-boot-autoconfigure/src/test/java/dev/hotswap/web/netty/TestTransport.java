package dev.hotswap.web.netty;

import java.time.Duration;

import io.netty.channel.EventLoopGroup;
import reactor.core.publisher.Mono;
import reactor.netty.resources.LoopResources;

/**
 * The transports that servers are tested with.
 */
enum TestTransport {

	EPOLL, NIO;

	/**
	 * Event loops of a server's own, one of them for listeners only, so that a test can
	 * hold up the others.
	 */
	LoopResources createLoops() {
		LoopResources loops = LoopResources.create("test", 1, 2, true);
		boolean useNative = this == EPOLL;
		return new LoopResources() {

			@Override
			public EventLoopGroup onServer(boolean ignored) {
				return loops.onServer(useNative);
			}

			@Override
			public EventLoopGroup onServerSelect(boolean ignored) {
				return loops.onServerSelect(useNative);
			}

			@Override
			public Mono<Void> disposeLater(Duration quietPeriod, Duration timeout) {
				return loops.disposeLater(quietPeriod, timeout);
			}

		};
	}

}
