package dev.hotswap.web.tomcat;

import java.time.Duration;
import java.util.Set;

import dev.hotswap.web.ConnectionMonitoring;
import dev.hotswap.web.HandoffConnectors;
import dev.hotswap.web.ListenerSource;
import org.apache.coyote.Adapter;
import org.apache.coyote.Processor;
import org.apache.coyote.Request;
import org.apache.coyote.Response;
import org.apache.coyote.UpgradeProtocol;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.coyote.http2.Http2Protocol;
import org.jspecify.annotations.Nullable;

/**
 * Tomcat's HTTP/1.1 NIO protocol with a listener that can be handed over to another
 * process. A connector is built with it by its class name, as in
 * {@code new Connector(HandoffNioProtocol.class.getName())}; being an
 * {@link Http11NioProtocol}, it takes the same properties and customizers.
 * <p>
 * Until {@link #join} is called it behaves like its superclass. With a Unix domain socket
 * or an inherited channel it always does.
 */
public class HandoffNioProtocol extends Http11NioProtocol {

	private static final Duration GOAWAY_DELAY = Duration.ofSeconds(1);

	private final ThreadLocal<@Nullable HandoffProcessor> currentProcessor = new ThreadLocal<>();

	private final HandoffNioEndpoint endpoint;

	/**
	 * Create the protocol, with an endpoint of its own.
	 */
	public HandoffNioProtocol() {
		this(new HandoffNioEndpoint());
	}

	HandoffNioProtocol(HandoffNioEndpoint endpoint) {
		super(endpoint);
		this.endpoint = endpoint;
		endpoint.setHandler(new EndingHandler(getHandler(), endpoint));
	}

	/**
	 * Take part in handoffs: claim the listener before binding one, start with a closed
	 * gate, and register once started. Must be called before the connector starts, on the
	 * thread that configures it.
	 * @param name the connector's name, unique in this process
	 * @param source where the listener comes from
	 * @param connectors the registry that opens the gate
	 * @throws IllegalStateException if the connector is already bound
	 */
	public void join(String name, ListenerSource source, HandoffConnectors connectors) {
		join(name, source, connectors, ConnectionMonitoring.NONE);
	}

	/**
	 * Take part in handoffs, see
	 * {@link #join(String, ListenerSource, HandoffConnectors)}, and watch the
	 * connections.
	 * @param name the connector's name, unique in this process
	 * @param source where the listener comes from
	 * @param connectors the registry that opens the gate
	 * @param monitoring how to watch the connections
	 * @throws IllegalStateException if the connector is already bound
	 */
	public void join(String name, ListenerSource source, HandoffConnectors connectors,
			ConnectionMonitoring monitoring) {
		this.endpoint.join(name, source, connectors, monitoring);
	}

	/**
	 * Let other processes of the same user listen on the same port.
	 * @param reusePort whether to bind with {@code SO_REUSEPORT}
	 */
	void setReusePort(boolean reusePort) {
		this.endpoint.setReusePort(reusePort);
	}

	/**
	 * Mark the requests of a warm-up for the access logs.
	 * @param attributes the names of the attributes to set
	 */
	void setWarmUpAttributes(Set<String> attributes) {
		this.endpoint.setWarmUpAttributes(attributes);
	}

	/**
	 * Leaves HTTP/2 connections some time between the first GOAWAY and the last one,
	 * which refuses new streams. Without it, and before the first round trip has been
	 * measured, a stream that crosses the first one is refused.
	 */
	@Override
	public void init() throws Exception {
		for (UpgradeProtocol protocol : findUpgradeProtocols()) {
			if (protocol instanceof Http2Protocol http2 && http2.getDrainTimeout() == 0 && this.endpoint.hasJoined()) {
				http2.setDrainTimeout(GOAWAY_DELAY.toNanos());
			}
		}
		super.init();
	}

	@Override
	public void setAdapter(Adapter adapter) {
		AsyncTrackingAdapter tracking = new AsyncTrackingAdapter(adapter, this.endpoint);
		this.endpoint.setAsyncRequests(tracking);
		super.setAdapter(tracking);
	}

	@Override
	protected Processor createProcessor() {
		return new HandoffProcessor(this, getAdapter(), this.currentProcessor, this.endpoint.counters(),
				this.endpoint::isWatching);
	}

	/**
	 * Asked by {@code Http11Processor.prepareResponse} for each response, also one
	 * without a body, before it looks at the {@code Connection} header. It does not say
	 * which response it is: the thread does. (Only an application that flushes a response
	 * without a body on a thread of its own is missed; the connection's next response
	 * makes up for it.)
	 */
	@Override
	public boolean getUseSendfile() {
		if (this.endpoint.isAnnouncing()) {
			HandoffProcessor processor = this.currentProcessor.get();
			if (processor != null) {
				processor.announceEnd();
			}
		}
		return super.getUseSendfile();
	}

	/**
	 * Asked by {@code Http11Processor.prepareResponse} for each response with a body,
	 * whatever thread commits it, before it looks at the {@code Connection} header and
	 * decides how to delimit the body.
	 */
	@Override
	public boolean useCompression(Request request, Response response) {
		boolean compress = super.useCompression(request, response);
		if (this.endpoint.isAnnouncing()) {
			// Requests over HTTP/2 come here, too, and have no such processor.
			HandoffProcessor processor = HandoffProcessor.of(request);
			if (processor != null) {
				processor.announceEndWithBody();
			}
		}
		return compress;
	}

}
