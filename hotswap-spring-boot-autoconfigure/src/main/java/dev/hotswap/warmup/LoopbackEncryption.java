package dev.hotswap.warmup;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.regex.Pattern;

import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;

/**
 * Encrypts connections of this process to itself, as a client of a host would.
 */
final class LoopbackEncryption {

	/** A port behind a name, or an address in brackets. */
	private static final Pattern PORT = Pattern.compile(":\\d*$");

	/** An IPv4 address ends with a number, which a name cannot. */
	private static final Pattern ADDRESS = Pattern.compile("\\[.*]|(.*\\.)?\\d+");

	private LoopbackEncryption() {
	}

	/**
	 * Encrypt a connection.
	 * @param socket the connection
	 * @param host the host that it is to, as in {@code Host}
	 * @param port the server's port
	 * @return the connection, whose end closes the given one
	 * @throws IOException if the connection is gone
	 */
	static Socket encrypt(Socket socket, String host, int port) throws IOException {
		SSLSocket encrypted = (SSLSocket) socketFactory().createSocket(socket, host, port, true);
		SSLParameters parameters = encrypted.getSSLParameters();
		parameters.setServerNames(serverNames(host));
		encrypted.setSSLParameters(parameters);
		return encrypted;
	}

	/** An address is no name of a server: RFC 6066, 3. */
	private static List<SNIServerName> serverNames(String host) {
		String name = PORT.matcher(host).replaceFirst("");
		if (ADDRESS.matcher(name).matches()) {
			return List.of();
		}
		try {
			return List.of(new SNIHostName(name));
		}
		catch (IllegalArgumentException ex) {
			// Nor is this: a client does without as well
			return List.of();
		}
	}

	private static SSLSocketFactory socketFactory() {
		try {
			SSLContext context = SSLContext.getInstance("TLS");
			context.init(null, new TrustManager[] { new LoopbackTrust() }, null);
			return context.getSocketFactory();
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("This JDK has no TLS", ex);
		}
	}

}
