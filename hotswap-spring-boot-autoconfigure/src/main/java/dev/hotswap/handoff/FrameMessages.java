package dev.hotswap.handoff;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.regex.Pattern;

import dev.hotswap.FailureCode;
import dev.hotswap.HandoffRecord;
import dev.hotswap.HandoffStatus;
import dev.hotswap.HandoffTrigger;
import dev.hotswap.Role;
import dev.hotswap.Stage;
import dev.hotswap.control.ByeReason;
import dev.hotswap.control.Message;
import dev.hotswap.control.MessageType;
import dev.hotswap.control.ProtocolException;
import dev.hotswap.descriptor.Descriptor;
import dev.hotswap.listener.Listener;
import dev.hotswap.process.LaunchOrigin;
import dev.hotswap.web.IdleConnection;
import dev.hotswap.web.RecordedRequest;
import org.jspecify.annotations.Nullable;

/**
 * Frames of a handoff to and from messages of the control socket. A reader ignores fields
 * that it does not know.
 */
final class FrameMessages {

	private static final String HISTORY = "history";

	/** A year: more is no time that a date could be reckoned from. */
	private static final long MAX_LEFT = Duration.ofDays(365).toMillis();

	/** IPv4 with all its dots; IPv6 with at least one colon, and a zone perhaps. */
	private static final Pattern NUMERIC_ADDRESS = Pattern
		.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-fA-F.]*:[0-9a-fA-F:.]*(%.+)?");

	private FrameMessages() {
	}

	static Message write(Frame frame) {
		if (frame instanceof Frame.Hello hello) {
			return Message.of(MessageType.HELLO)
				.field("version", String.valueOf(hello.version()))
				.field("application", hello.application())
				.field("handoff", hello.handoffId())
				.field("release", hello.release())
				.build();
		}
		if (frame instanceof Frame.Offer offer) {
			return writeOffer(offer);
		}
		if (frame instanceof Frame.Progress progress) {
			return Message.of(MessageType.PROGRESS).field("stage", progress.stage().name()).build();
		}
		if (frame instanceof Frame.Drained drained) {
			Message.Builder builder = Message.of(MessageType.DRAINED);
			RecordFields.write(HISTORY, List.of(drained.story())).forEach(builder::field);
			return builder.build();
		}
		if (frame instanceof Frame.Connections connections) {
			return writeConnections(connections);
		}
		if (frame instanceof Frame.Answered answered) {
			return Message.of(MessageType.ADOPTED)
				.field("ids", join(answered.adopted()))
				.field("returned", join(answered.returned()))
				.build();
		}
		if (frame instanceof Frame.Ready) {
			return Message.of(MessageType.READY).build();
		}
		if (frame instanceof Frame.Cutover cutover) {
			return Message.of(MessageType.CUTOVER).field("ramp", String.valueOf(cutover.rampMillis())).build();
		}
		if (frame instanceof Frame.Serving) {
			return Message.of(MessageType.SERVING).build();
		}
		return writeToOrFromOlder(frame);
	}

	/** Releases before the ramp send no such field. */
	private static Frame.Cutover readCutover(Message message) {
		String ramp = message.field("ramp");
		return new Frame.Cutover((ramp != null) ? Math.max(0, Long.parseLong(ramp)) : 0);
	}

	private static Message writeToOrFromOlder(Frame frame) {
		if (frame instanceof Frame.Draining draining) {
			return Message.of(MessageType.DRAINING)
				.field("application", draining.application())
				.field("handoff", draining.handoffId())
				.field("generation", String.valueOf(draining.generation()))
				.field("role", draining.role().name())
				.field("fresh", String.valueOf(draining.held().fresh()))
				.field("active", String.valueOf(draining.held().active()))
				.field("idle", String.valueOf(draining.held().idle()))
				.field("left", String.valueOf(draining.leftMillis()))
				.build();
		}
		if (frame instanceof Frame.Release release) {
			return Message.of(MessageType.RELEASE).field("atOnce", String.valueOf(release.atOnce())).build();
		}
		if (frame instanceof Frame.Released) {
			return Message.of(MessageType.RELEASED).build();
		}
		if (frame instanceof Frame.Revert revert) {
			Message.Builder builder = Message.of(MessageType.REVERT);
			RecordFields.write(HISTORY, revert.history()).forEach(builder::field);
			return builder.build();
		}
		if (frame instanceof Frame.Redirect) {
			return Message.of(MessageType.REDIRECT).build();
		}
		throw new IllegalArgumentException(frame + " is not sent as a plain message");
	}

	private static Message writeOffer(Frame.Offer offer) {
		Message.Builder builder = Message.of(MessageType.OFFER)
			.field("version", String.valueOf(offer.version()))
			.field("handoff", offer.handoffId())
			.field("trigger", offer.trigger().name())
			.field("pid", String.valueOf(offer.from().pid()))
			.field("generation", String.valueOf(offer.from().generation()))
			.field("release", offer.from().release())
			.field("listeners", String.valueOf(offer.listeners().size()));
		List<Descriptor> descriptors = new ArrayList<>();
		for (int i = 0; i < offer.listeners().size(); i++) {
			Listener listener = offer.listeners().get(i);
			String prefix = "listener." + i + ".";
			builder.field(prefix + "name", listener.name())
				.field(prefix + "address", listener.address().getAddress().getHostAddress())
				.field(prefix + "port", String.valueOf(listener.address().getPort()))
				.field(prefix + "scheme", listener.scheme());
			descriptors.add(listener.descriptor());
		}
		if (offer.origin() != null) {
			offer.origin().toFields().forEach(builder::field);
		}
		RecordFields.write(HISTORY, offer.history()).forEach(builder::field);
		offer.past().toFields().forEach(builder::field);
		RequestFields.write(offer.requests()).forEach(builder::field);
		return builder.descriptors(descriptors).build();
	}

	/**
	 * Read a message.
	 * @return the frame, or {@code null} for a message that is none of a handoff's
	 * @throws ProtocolException if a field is missing or malformed
	 */
	static @Nullable Frame read(Message message) throws ProtocolException {
		try {
			return switch (message.type()) {
				case HELLO -> new Frame.Hello(Integer.parseInt(message.require("version")),
						message.require("application"), message.field("handoff"), message.field("release"));
				case OFFER -> readOffer(message);
				case PROGRESS -> new Frame.Progress(Stage.valueOf(message.require("stage")));
				case READY -> new Frame.Ready();
				case CUTOVER -> readCutover(message);
				case SERVING -> new Frame.Serving();
				case CONNECTIONS -> readConnections(message);
				case ADOPTED -> new Frame.Answered(split(message.require("ids")), split(message.require("returned")));
				case DRAINED -> readDrained(message);
				case DRAINING -> readDraining(message);
				case RELEASE -> new Frame.Release(Boolean.parseBoolean(message.field("atOnce")));
				case RELEASED -> new Frame.Released();
				case REVERT -> new Frame.Revert(RecordFields.read(HISTORY, message.fields()));
				case REDIRECT -> new Frame.Redirect();
				case BYE -> readBye(message);
				default -> null;
			};
		}
		catch (IllegalArgumentException | UnknownHostException ex) {
			throw new ProtocolException(message.type() + " is malformed: " + ex.getMessage());
		}
	}

	private static Frame readOffer(Message message) throws ProtocolException, UnknownHostException {
		int count = Integer.parseInt(message.require("listeners"));
		HandoffRecord.Party from = new HandoffRecord.Party(positive("pid", Long.parseLong(message.require("pid"))),
				(int) positive("generation", Integer.parseInt(message.require("generation"))),
				message.field("release"));
		LaunchOrigin origin = (message.field("origin.directory") != null) ? LaunchOrigin.fromFields(message.fields())
				: null;
		Map<String, String> fields = message.fields();
		List<InetSocketAddress> addresses = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			InetAddress address = numericAddress(message.require("listener." + i + ".address"));
			addresses.add(new InetSocketAddress(address, Integer.parseInt(message.require("listener." + i + ".port"))));
			message.require("listener." + i + ".name");
			message.require("listener." + i + ".scheme");
		}
		int version = Integer.parseInt(message.require("version"));
		String handoffId = message.require("handoff");
		HandoffTrigger trigger = HandoffTrigger.valueOf(message.require("trigger"));
		List<HandoffRecord> history = RecordFields.read(HISTORY, fields);
		HandoffTotals past = HandoffTotals.fromFields(fields);
		List<RecordedRequest> requests = RequestFields.read(fields);
		// Nothing may fail from here on, since the descriptors change hands
		List<Descriptor> descriptors = message.takeDescriptors();
		if (descriptors.size() != count) {
			descriptors.forEach(Descriptor::close);
			throw new ProtocolException(count + " listeners, but " + descriptors.size() + " descriptors");
		}
		List<Listener> listeners = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			String prefix = "listener." + i + ".";
			listeners.add(new Listener(fields.getOrDefault(prefix + "name", ""), addresses.get(i),
					fields.getOrDefault(prefix + "scheme", ""), descriptors.get(i)));
		}
		return new Frame.Offer(version, handoffId, trigger, from, listeners, origin, history, past, requests);
	}

	private static long positive(String name, long value) {
		if (value <= 0 || value == Integer.MAX_VALUE) {
			throw new IllegalArgumentException(name + " " + value + " is out of range");
		}
		return value;
	}

	/** A name would be looked up, which can take as long as it likes. */
	private static InetAddress numericAddress(String text) throws UnknownHostException {
		if (!NUMERIC_ADDRESS.matcher(text).matches()) {
			throw new IllegalArgumentException("'" + text + "' is no numeric address");
		}
		return InetAddress.getByName(text);
	}

	private static Message writeConnections(Frame.Connections frame) {
		StringBuilder kept = new StringBuilder();
		frame.connections().forEach((moving) -> kept.append(moving.connection().kept() ? '1' : '0'));
		return Message.of(MessageType.CONNECTIONS)
			.field("connector", frame.connector())
			.field("ids", join(frame.connections().stream().map(MovingConnection::id).toList()))
			.field("kept", kept)
			.field("warm-up", frame.warmUp() ? "true" : null)
			.descriptors(frame.connections().stream().map((moving) -> moving.connection().descriptor()).toList())
			.build();
	}

	private static Frame readConnections(Message message) throws ProtocolException {
		String connector = message.require("connector");
		List<Long> ids = split(message.require("ids"));
		String kept = message.require("kept");
		List<Descriptor> descriptors = message.takeDescriptors();
		if (ids.size() != descriptors.size() || ids.size() != kept.length()) {
			descriptors.forEach(Descriptor::close);
			throw new ProtocolException(ids.size() + " connections, but " + descriptors.size() + " descriptors");
		}
		List<MovingConnection> connections = new ArrayList<>();
		for (int i = 0; i < ids.size(); i++) {
			connections
				.add(new MovingConnection(ids.get(i), new IdleConnection(descriptors.get(i), kept.charAt(i) == '1')));
		}
		return new Frame.Connections(connector, connections, message.field("warm-up") != null);
	}

	private static String join(List<Long> ids) {
		return ids.stream().map(String::valueOf).collect(Collectors.joining(","));
	}

	private static List<Long> split(String ids) {
		return ids.isEmpty() ? List.of() : Arrays.stream(ids.split(",")).map(Long::valueOf).toList();
	}

	private static Frame readDrained(Message message) throws ProtocolException {
		List<HandoffRecord> records = RecordFields.read(HISTORY, message.fields());
		if (records.size() != 1) {
			throw new ProtocolException("DRAINED tells no story");
		}
		return new Frame.Drained(records.get(0));
	}

	private static Frame readDraining(Message message) throws ProtocolException {
		HandoffStatus.Held held = new HandoffStatus.Held(Integer.parseInt(message.require("fresh")),
				Integer.parseInt(message.require("active")), Integer.parseInt(message.require("idle")));
		long left = Long.parseLong(message.require("left"));
		return new Frame.Draining(message.require("application"), message.require("handoff"),
				(int) positive("generation", Integer.parseInt(message.require("generation"))),
				Role.valueOf(message.require("role")), held, Math.max(0, Math.min(left, MAX_LEFT)));
	}

	private static Frame readBye(Message message) {
		ByeReason reason = ByeReason.of(message);
		String code = message.field(ByeReason.CODE_FIELD);
		return new Frame.Bye((reason != null) ? reason : ByeReason.ABORTED,
				(code != null) ? FailureCode.of(code).orElse(null) : null, message.field(ByeReason.TEXT_FIELD));
	}

}
