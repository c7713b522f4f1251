// unusual: a pool of threads that stay, and streams that keep bytes back until they are flushed
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.Executors;

class Main {
    public static void main(String[] args) throws IOException {
        String[] address = args[args.length - 1].split(":");
        var pool = Executors.newFixedThreadPool(64);
        var server = new ServerSocket(Integer.parseInt(address[1]), 128, InetAddress.getByName(address[0]));
        System.out.println("listening at " + server.getLocalSocketAddress());
        while (true) {
            Socket socket = server.accept();
            pool.execute(() -> serve(socket));
        }
    }

    private static void serve(Socket socket) {
        try (socket) {
            var in = new BufferedInputStream(socket.getInputStream());
            var out = new BufferedOutputStream(socket.getOutputStream());
            byte[] some = new byte[777];
            for (int count = in.read(some); count >= 0; count = in.read(some)) {
                out.write(some, 0, count);
                if (in.available() == 0) {
                    out.flush();
                }
            }
            out.flush();
        } catch (IOException error) {
            System.out.println(error);
        }
    }
}
