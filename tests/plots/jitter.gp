# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
# gnuplot -e "in='FILE'; out='FILE.png'" jitter.gp: what the network takes, and what the jitter buffer makes of it.
# Columns of in: seconds, delay of a packet above the least, delay added by the buffer, concealed, the latter three in ms.
set terminal pngcairo size 1000,600 font "Sans,11"
set output out
set multiplot
set lmargin 9
set rmargin 3
set grid back lc rgb "#bbbbbb"
set xrange [0:60]
set size 1,0.68
set origin 0,0.32
set title "Jitter buffer, 20 to 200 ms, packets of 20 ms"
set ylabel "ms"
set yrange [0:*]
set key top left
plot in using 1:2 with points pt 7 ps 0.25 lc rgb "#999999" title "delay of each packet in the network, above the least", \
     in using 1:3 with lines lc rgb "#0050b0" lw 1.5 title "delay that the buffer adds to the fastest packets"
unset title
set size 1,0.34
set origin 0,0
set xlabel "seconds"
set ylabel "concealed, ms"
plot in using 1:4 with impulses lc rgb "#c00000" notitle
unset multiplot
