package dev.hotswap.web.tomcat;

import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

/**
 * The protocol with hooks at the acceptor's critical places.
 */
public class TestProtocol extends HandoffNioProtocol {

	private final TestEndpoint endpoint;

	public TestProtocol() {
		this(new TestEndpoint());
	}

	private TestProtocol(TestEndpoint endpoint) {
		super(endpoint);
		this.endpoint = endpoint;
	}

	TestEndpoint endpoint() {
		return this.endpoint;
	}

	static final class TestEndpoint extends HandoffNioEndpoint {

		final AtomicInteger attempts = new AtomicInteger();

		final AtomicInteger accepted = new AtomicInteger();

		volatile @Nullable IOException acceptFailure;

		volatile Runnable beforeServing = () -> {
		};

		@Override
		AcceptQueue createQueue(ServerSocketChannel listener) throws IOException {
			return new AcceptQueue(listener) {

				@Override
				@Nullable SocketChannel accept() throws IOException {
					TestEndpoint.this.attempts.incrementAndGet();
					IOException failure = TestEndpoint.this.acceptFailure;
					if (failure != null) {
						throw failure;
					}
					SocketChannel socket = super.accept();
					if (socket != null) {
						TestEndpoint.this.accepted.incrementAndGet();
					}
					return socket;
				}

			};
		}

		@Override
		protected boolean setSocketOptions(@Nullable SocketChannel socket) {
			this.beforeServing.run();
			return super.setSocketOptions(socket);
		}

		void countUp() {
			limit().add();
		}

		@Nullable Thread acceptorThread() {
			String name = getName() + "-Acceptor";
			return Thread.getAllStackTraces()
				.keySet()
				.stream()
				.filter((thread) -> thread.getName().equals(name))
				.findFirst()
				.orElse(null);
		}

		boolean isAcceptorIn(Class<?> type, String method) {
			Thread thread = acceptorThread();
			if (thread == null) {
				return false;
			}
			for (StackTraceElement element : thread.getStackTrace()) {
				if (element.getClassName().startsWith(type.getName()) && element.getMethodName().equals(method)) {
					return true;
				}
			}
			return false;
		}

	}

}
